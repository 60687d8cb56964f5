//! No refusal says anything that came with the token, and no `Debug` shows a token, a key or a claim.

use crate::tokens::*;
use strongroom::jose::jws::{MAX_TOKEN_SIZE, Spelling};
use strongroom::verify::{KeySet, Keys, MAX_KEYS, Verifier, decode};

const CANARY: &str = "c4n4ry-d0-n0t-pr1nt";

/// Refused tokens of every kind, each full of canaries.
fn refused() -> Vec<String> {
    let quoted = format!("\"{CANARY}\"");
    let header = |extra: &str| format!(r#"{{"alg":"ES256","kid":"ec","{CANARY}":"{CANARY}"{extra}}}"#);
    let mut tokens = vec![
        CANARY.to_owned(),
        format!("{CANARY}.{CANARY}.{CANARY}"),
        format!("{CANARY}.{CANARY}.{CANARY}.{CANARY}.{CANARY}"),
        es256(CANARY, CLAIMS),
        es256(format!(r#"{{"alg":"{CANARY}","kid":"ec"}}"#), CLAIMS),
        es256(format!(r#"{{"alg":"ES256","kid":"{CANARY}"}}"#), CLAIMS),
        es256(format!(r#"{{"alg":"ES256","kid":["{CANARY}"]}}"#), CLAIMS),
        es256(header(&format!(r#","crit":["{CANARY}"]"#)), CLAIMS),
        es256(header(&format!(r#","typ":"{CANARY}"#)), CLAIMS),
        es256(header(""), CANARY),
        es256(header(""), format!(r#"{{"{CANARY}":1,"{CANARY}":2}}"#)),
        CANARY.repeat(2000),
    ];
    for claim in ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "scope", "client_id"] {
        tokens.push(es256(header(""), claims_with(&[(claim, &quoted)])));
        tokens.push(es256(header(""), claims_with(&[(claim, &format!("[{quoted},1]"))])));
        tokens.push(es256(header(""), claims_with(&[(claim, ""), ("x", &quoted)])));
    }
    let token = es256(header(""), claims_with(&[("x", &quoted)]));
    tokens.push(format!("{}A", &token[..token.len() - 1]));
    tokens
}

#[test]
fn no_refusal_holds_anything_of_the_token() {
    let policy =
        policy().typ("JWT").unwrap().required_scopes(["read"]).unwrap().required_claims(["tenant"]).unwrap();
    let mut codes = std::collections::BTreeSet::new();
    for token in refused() {
        let Err(error) = verify_with(policy.clone(), &token) else { continue };
        codes.insert(error.code());
        let told = format!(
            "{error} {error:?} {:?} {:?} {:?}",
            error.www_authenticate(),
            error.reason(),
            error.claim()
        );
        assert!(!told.contains(CANARY), "{told}");
        for part in token.split('.').filter(|part| part.len() > 3) {
            assert!(!told.contains(part), "{told}");
        }
    }
    assert!(codes.len() >= 6, "the corpus reaches too few refusals: {codes:?}");
}

#[test]
fn no_debug_output_shows_a_token_a_key_or_a_claim() {
    let token = es256(ES256_HEADER, claims_with(&[("x", &format!("\"{CANARY}\""))]));
    let verifier = Verifier::new(policy());
    let candidate = verifier.parse(&token).unwrap();
    let shown = format!("{candidate:?}");
    let keys = keys();
    let authentic =
        candidate.authenticate(keys.find(Some("ec"), strongroom::jose::Algorithm::Es256).unwrap()).unwrap();
    let shown = format!("{shown} {authentic:?}");
    let verified = verifier.check_claims(now(), authentic).unwrap();
    let shown =
        format!("{shown} {verified:?} {keys:?} {:?} {verifier:?}", KeySet::fixed(crate::tokens::keys()));
    let set = Keys::from_json(jwks().as_bytes(), MAX_KEYS).unwrap();
    let shown = format!("{shown} {set:?} {:?}", set.find(Some("rsa"), strongroom::jose::Algorithm::Rs256));
    for secret in [CANARY, "user-1", RSA_N, token.rsplit('.').next().unwrap()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn decode_is_as_strict_about_form() {
    assert_eq!(
        decode(&good(), MAX_TOKEN_SIZE, Spelling::Unpadded).unwrap(),
        (ES256_HEADER.to_owned(), CLAIMS.to_owned())
    );
    assert_eq!(
        decode(&es256(ES256_HEADER, r#"{"a":1,"a":2}"#), MAX_TOKEN_SIZE, Spelling::Unpadded)
            .unwrap_err()
            .code(),
        "token_malformed"
    );
    assert_eq!(decode("a.b", MAX_TOKEN_SIZE, Spelling::Unpadded).unwrap_err().code(), "token_malformed");
}
