//! A token of each algorithm, signed by the same crates' other half; and secrets that are none.

use crate::tokens::{AUDIENCE, CLAIMS, ISSUER, RSA_N, jwks, now};
use p256::ecdsa::signature::Signer;
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::encode;
use strongroom::jose::jwk::KeyProblem;
use strongroom::secret::Secret;
use strongroom::verify::{Config, Keys, MAX_KEYS, Policy, Verifier};

/// A token and the public members of its key.
fn signed(algorithm: Algorithm, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let header = format!(r#"{{"alg":"{}","kid":"key"}}"#, algorithm.name());
    let message = format!("{}.{}", encode(header.as_bytes()), encode(CLAIMS.as_bytes()));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", encode(&signature))
}

fn code(algorithm: Algorithm, members: &str, token: &str) -> &'static str {
    let set = format!(r#"{{"keys":[{{{members},"kid":"key"}}]}}"#);
    let keys = Keys::from_json(set.as_bytes(), MAX_KEYS).unwrap();
    let policy = Policy::new(ISSUER, [AUDIENCE], &[algorithm]).unwrap();
    Verifier::new(policy).verify(now(), token, &keys).map_or_else(|error| error.code(), |_| "accepted")
}

/// Accepted, and refused when one bit of the signature is another.
fn check(algorithm: Algorithm, members: &str, token: &str) {
    assert_eq!(code(algorithm, members, token), "accepted", "{}", algorithm.name());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = strongroom::jose::base64url::decode(signature.as_bytes()).unwrap();
    bytes[20] ^= 1;
    let forged = format!("{message}.{}", encode(&bytes));
    assert_eq!(code(algorithm, members, &forged), "signature_invalid", "{}", algorithm.name());
}

macro_rules! ecdsa {
    ($test:ident, $curve:ident, $algorithm:expr, $crv:literal, $size:literal) => {
        #[test]
        fn $test() {
            let key = $curve::ecdsa::SigningKey::from_slice(&[1; $size]).unwrap();
            let token = signed($algorithm, |message| {
                let signature: $curve::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            });
            let point = key.verifying_key().to_sec1_point(false);
            let (x, y) = point.as_bytes()[1..].split_at($size);
            let members = format!(r#""kty":"EC","crv":"{}","x":"{}","y":"{}""#, $crv, encode(x), encode(y));
            check($algorithm, &members, &token);
        }
    };
}

ecdsa!(es384, p384, Algorithm::Es384, "P-384", 48);
ecdsa!(es256k, k256, Algorithm::Es256k, "secp256k1", 32);

#[test]
fn es512() {
    let mut scalar = [1; 66];
    scalar[0] = 0;
    let key = p521::ecdsa::SigningKey::from_slice(&scalar).unwrap();
    let token = signed(Algorithm::Es512, |message| {
        let signature: p521::ecdsa::Signature = key.sign(message);
        signature.to_bytes().to_vec()
    });
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(66);
    let members = format!(r#""kty":"EC","crv":"P-521","x":"{}","y":"{}""#, encode(x), encode(y));
    check(Algorithm::Es512, &members, &token);
}

#[test]
fn ed25519_under_both_names() {
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let members = format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, encode(key.verifying_key().as_bytes()));
    for algorithm in [Algorithm::EdDsa, Algorithm::Ed25519] {
        let token = signed(algorithm, |message| key.sign(message).to_bytes().to_vec());
        check(algorithm, &members, &token);
    }
}

/// Points of small order make a signature that holds for almost any message.
#[test]
fn weak_and_non_canonical_ed25519_keys_are_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut beyond_p = [0xff; 32];
    (beyond_p[0], beyond_p[31]) = (0xee, 0x7f);
    let mut order_two = [0xff; 32];
    (order_two[0], order_two[31]) = (0xec, 0x7f);
    for bytes in [[0; 32], identity, beyond_p, order_two] {
        let members = format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, encode(&bytes));
        let token = signed(Algorithm::Ed25519, |_| vec![0; 64]);
        assert_eq!(code(Algorithm::Ed25519, &members, &token), "key_unusable", "{bytes:?}");
    }
}

macro_rules! ml_dsa {
    ($test:ident, $set:ident, $algorithm:expr) => {
        #[test]
        fn $test() {
            use ml_dsa::signature::{Keypair, SignatureEncoding, Signer};
            let key = ml_dsa::SigningKey::<ml_dsa::$set>::from_seed(&[1; 32].into());
            let token = signed($algorithm, |message| key.sign(message).to_bytes().to_vec());
            let public = encode(&key.verifying_key().encode());
            let members = format!(r#""kty":"AKP","alg":"{}","pub":"{public}""#, $algorithm.name());
            check($algorithm, &members, &token);
            // Without its name the parameter set is not known.
            assert_eq!(code($algorithm, &format!(r#""kty":"AKP","pub":"{public}""#), &token), "key_unusable");
        }
    };
}

ml_dsa!(ml_dsa_44, MlDsa44, Algorithm::MlDsa44);
ml_dsa!(ml_dsa_65, MlDsa65, Algorithm::MlDsa65);
ml_dsa!(ml_dsa_87, MlDsa87, Algorithm::MlDsa87);

const HMAC: [Algorithm; 3] = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];

fn hmac(algorithm: Algorithm, secret: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    signed(algorithm, |message| match algorithm {
        Algorithm::Hs256 => {
            let mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
            mac.chain_update(message).finalize().into_bytes().to_vec()
        }
        Algorithm::Hs384 => {
            let mac = Hmac::<sha2::Sha384>::new_from_slice(secret).unwrap();
            mac.chain_update(message).finalize().into_bytes().to_vec()
        }
        _ => {
            let mac = Hmac::<sha2::Sha512>::new_from_slice(secret).unwrap();
            mac.chain_update(message).finalize().into_bytes().to_vec()
        }
    })
}

fn code_with_secret(allowed: &[Algorithm], secret: &[u8], only: Option<Algorithm>, token: &str) -> String {
    let mut keys = Keys::default();
    if let Err(problem) = keys.add_secret(Some("key".to_owned()), Secret::new(secret.to_vec()), only) {
        return problem.reason().to_owned();
    }
    let policy = Policy::new(ISSUER, [AUDIENCE], allowed).unwrap();
    let result = Verifier::new(policy).verify(now(), token, &keys);
    result.map_or_else(|error| error.code().to_owned(), |_| "accepted".to_owned())
}

#[test]
fn hmac_of_each_length() {
    for algorithm in HMAC {
        let token = hmac(algorithm, &[7; 64]);
        assert_eq!(code_with_secret(&[algorithm], &[7; 64], None, &token), "accepted");
        assert_eq!(code_with_secret(&[algorithm], &[8; 64], None, &token), "signature_invalid");
        assert_eq!(code_with_secret(&HMAC, &[7; 64], Some(algorithm), &token), "accepted");
    }
}

#[test]
fn a_truncated_or_extended_tag_is_refused() {
    let token = hmac(Algorithm::Hs256, &[7; 64]);
    let (message, tag) = token.rsplit_once('.').unwrap();
    let tag = strongroom::jose::base64url::decode(tag.as_bytes()).unwrap();
    for forged in [&tag[..0], &tag[..16], &tag[..31], &[&tag[..], &[0]].concat()] {
        let token = format!("{message}.{}", encode(forged));
        assert_eq!(code_with_secret(&HMAC, &[7; 64], None, &token), "signature_invalid");
    }
}

#[test]
fn a_secret_is_at_least_as_long_as_the_hash() {
    for (algorithm, size) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)] {
        let token = |size| hmac(algorithm, &vec![7; size]);
        assert_eq!(code_with_secret(&HMAC, &vec![7; size], None, &token(size)), "accepted");
        assert_ne!(code_with_secret(&HMAC, &vec![7; size - 1], None, &token(size - 1)), "accepted");
        assert_ne!(
            code_with_secret(&HMAC, &vec![7; size - 1], Some(algorithm), &token(size - 1)),
            "accepted"
        );
    }
    assert_eq!(code_with_secret(&HMAC, b"", None, "a.b.c"), KeyProblem::SecretLength.reason());
}

/// CVE-2016-5431, CVE-2022-29217, CVE-2024-33663: each form in which a public key has been taken for a secret.
#[test]
fn a_public_key_is_not_a_secret_in_any_disguise() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----";
    let der = [&[0x30, 0x82, 1, 10][..], &[1; 266]].concat();
    let disguises = [
        pem.to_owned(),
        format!("\n \t{pem}"),
        format!("\u{feff}{pem}"),
        format!("prefix{pem}"),
        pem.replace("PUBLIC KEY", "CERTIFICATE"),
        pem.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
        format!("ssh-rsa AAAAB3NzaC1yc2E{RSA_N}"),
        format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{}", "A".repeat(40)),
        format!("ecdsa-sha2-nistp256 AAAAE2VjZHNh{}", "A".repeat(40)),
        jwks(),
        format!("  {}", jwks()),
    ];
    for disguise in disguises.iter().map(String::as_bytes).chain([&der[..]]) {
        let token = hmac(Algorithm::Hs256, disguise);
        assert_eq!(code_with_secret(&HMAC, disguise, None, &token), KeyProblem::PublicSecret.reason());
    }
}

#[test]
fn secrets_rotate_by_kid() {
    let old = encode(&[1; 32]);
    let new = encode(&[2; 32]);
    let config = |secrets: &str| {
        Config::from_json(&format!(
            r#"{{"issuer":"{ISSUER}","audience":["{AUDIENCE}"],"algorithms":["HS256"],"secrets":[{secrets}]}}"#
        ))
    };
    let both = format!(r#"{{"kid":"old","secret":"{old}"}},{{"kid":"key","secret":"{new}"}}"#);
    let Config { policy, keys } = config(&both).unwrap();
    let verifier = Verifier::new(policy);
    assert!(keys.verify_held(&verifier, now(), &hmac(Algorithm::Hs256, &[2; 32])).is_ok());
    assert!(keys.verify_held(&verifier, now(), &hmac(Algorithm::Hs256, &[1; 32])).is_err());
    for secrets in ["", "1", r#"{"kid":"a"}"#, r#"{"secret":"AAAA"}"#, r#"{"secret":"not base64url!"}"#] {
        assert!(config(secrets).is_err(), "{secrets}");
    }
}

/// A JWKS is public: a secret in it is no secret.
#[test]
fn a_secret_in_a_key_set_is_refused() {
    let members = format!(r#""kty":"oct","k":"{}""#, encode(&[7; 64]));
    let token = hmac(Algorithm::Hs256, &[7; 64]);
    assert_eq!(code(Algorithm::Hs256, &members, &token), "key_unusable");
}
