//! Makes tokens, good ones and any kind of bad one.

use p256::ecdsa::signature::Signer as _;
use rsa::{BoxedUint, RsaPrivateKey};
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::{decode, encode};
use strongroom::time::Timestamp;
use strongroom::verify::{Claims, Keys, MAX_KEYS, Policy, TokenError, Verified, Verifier};

pub const ISSUER: &str = "https://issuer.example";
pub const AUDIENCE: &str = "https://api.example";

/// The tests' time, in seconds.
pub const NOW: u64 = 1_800_000_000;

pub fn now() -> Timestamp {
    Timestamp::from_secs(NOW)
}

/// Claims that every policy here accepts.
pub const CLAIMS: &str = r#"{"iss":"https://issuer.example","aud":"https://api.example","exp":1800000600,"iat":1800000000,"sub":"user-1"}"#;

pub const ES256_HEADER: &str = r#"{"alg":"ES256","typ":"JWT","kid":"ec"}"#;
pub const RS256_HEADER: &str = r#"{"alg":"RS256","typ":"JWT","kid":"rsa"}"#;

/// RFC 7515 A.2: its key, also used to sign here.
pub const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RSA_D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";
const RSA_P: &str = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";
const RSA_Q: &str = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc";

fn ec_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap()
}

/// The public members of the tests' P-256 key.
pub fn ec_members() -> String {
    let point = ec_key().verifying_key().to_sec1_point(false);
    let (x, y) = (encode(&point.as_bytes()[1..33]), encode(&point.as_bytes()[33..]));
    format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#)
}

/// The public members of the tests' RSA key.
pub fn rsa_members() -> String {
    format!(r#""kty":"RSA","n":"{RSA_N}","e":"AQAB""#)
}

/// Both keys, as an issuer publishes them.
pub fn jwks() -> String {
    let (ec, rsa) = (ec_members(), rsa_members());
    format!(
        r#"{{"keys":[{{{ec},"kid":"ec","alg":"ES256","use":"sig"}},{{{rsa},"kid":"rsa","alg":"RS256","use":"sig"}}]}}"#
    )
}

pub fn keys() -> Keys {
    Keys::from_json(jwks().as_bytes(), MAX_KEYS).unwrap()
}

pub fn policy() -> Policy {
    Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Es256, Algorithm::Rs256]).unwrap()
}

pub fn sign_es256(message: &str) -> Vec<u8> {
    let signature: p256::ecdsa::Signature = ec_key().sign(message.as_bytes());
    signature.to_bytes().to_vec()
}

pub fn sign_rs256(message: &str) -> Vec<u8> {
    use rsa::signature::SignatureEncoding;
    let number = |text: &str| BoxedUint::from_be_slice_vartime(&decode(text.as_bytes()).unwrap());
    let primes = vec![number(RSA_P), number(RSA_Q)];
    let key = RsaPrivateKey::from_components(number(RSA_N), number("AQAB"), number(RSA_D), primes).unwrap();
    rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(key).sign(message.as_bytes()).to_vec()
}

/// A token with that header and payload, whatever they are, truly signed by the P-256 key.
pub fn es256(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let message = format!("{}.{}", encode(header.as_ref()), encode(payload.as_ref()));
    let signature = encode(&sign_es256(&message));
    format!("{message}.{signature}")
}

pub fn rs256(header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
    let signature = encode(&sign_rs256(&message));
    format!("{message}.{signature}")
}

/// A good token.
pub fn good() -> String {
    es256(ES256_HEADER, CLAIMS)
}

pub fn verify(token: &str) -> Result<Verified<Claims>, TokenError> {
    verify_with(policy(), token)
}

pub fn verify_with(policy: Policy, token: &str) -> Result<Verified<Claims>, TokenError> {
    Verifier::new(policy).verify(now(), token, &keys())
}

/// The code of the refusal, or `accepted`.
pub fn code(token: &str) -> &'static str {
    code_with(policy(), token)
}

pub fn code_with(policy: Policy, token: &str) -> &'static str {
    verify_with(policy, token).map_or_else(|error| error.code(), |_| "accepted")
}

/// The code for a truly signed token with that header.
pub fn header_code(header: impl AsRef<[u8]>) -> &'static str {
    code(&es256(header, CLAIMS))
}

/// The code for a truly signed token with that payload.
pub fn payload_code(payload: impl AsRef<[u8]>) -> &'static str {
    code(&es256(ES256_HEADER, payload))
}

/// The good claims with members added or replaced; an empty value removes.
pub fn claims_with(changes: &[(&str, &str)]) -> String {
    let mut members = vec![
        ("iss", r#""https://issuer.example""#),
        ("aud", r#""https://api.example""#),
        ("exp", "1800000600"),
        ("iat", "1800000000"),
        ("sub", r#""user-1""#),
    ];
    members.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    members.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let members: Vec<String> = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{{{}}}", members.join(","))
}

/// The code for a truly signed token with changed claims.
pub fn claim_code(changes: &[(&str, &str)]) -> &'static str {
    payload_code(claims_with(changes))
}
