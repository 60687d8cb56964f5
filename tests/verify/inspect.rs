//! `inspect` tells everything that is wrong: one problem hides no other.

use crate::tokens::*;
use strongroom::jose::base64url::encode;
use strongroom::verify::{KeySet, MAX_KEYS, Policy, Quirk, Verifier, inspect};

/// The codes, each with its reason where it has one.
fn found(policy: Policy, token: &str) -> Vec<String> {
    let (verifier, keys) = (Verifier::new(policy), KeySet::fixed(keys()));
    let found = inspect(now(), token, Some((&verifier, &keys)));
    let told = found.problems.iter().map(|problem| match (problem.claim(), problem.reason()) {
        (Some(claim), _) => format!("{} {claim}", problem.code()),
        (None, Some(reason)) => format!("{} {reason}", problem.code()),
        (None, None) => problem.code().to_owned(),
    });
    told.collect()
}

#[test]
fn inspect_tells_everything_that_is_wrong() {
    let policy = policy().typ("at+jwt").unwrap().required_scopes(["read"]).unwrap();
    let verifier = Verifier::new(policy);
    let keys = KeySet::fixed(keys());
    let changes = [("iss", r#""https://evil.example""#), ("aud", ""), ("exp", "1799999000"), ("sub", "1")];
    let token = es256(r#"{"alg":"ES256","kid":"ec","typ":"JWT"}"#, claims_with(&changes));
    let found = inspect(now(), &token, Some((&verifier, &keys)));
    let codes: Vec<_> = found.problems.iter().map(|problem| problem.code()).collect();
    let expected = [
        "type_mismatch",
        "issuer_mismatch",
        "claim_missing",
        "token_expired",
        "claim_invalid",
        "scope_insufficient",
    ];
    assert_eq!(codes, expected);
    assert_eq!(found.expired, Some(true));
    assert!(found.payload.is_some() && found.header.is_some());
}

#[test]
fn inspect_tells_a_bad_signature_beside_the_rest() {
    let verifier = Verifier::new(policy());
    let keys = KeySet::fixed(keys());
    let token = es256(ES256_HEADER, claims_with(&[("exp", "1799999000")]));
    let (message, _) = token.rsplit_once('.').unwrap();
    let found = inspect(now(), &format!("{message}.{}", "A".repeat(86)), Some((&verifier, &keys)));
    let codes: Vec<_> = found.problems.iter().map(|problem| problem.code()).collect();
    assert_eq!(codes, ["signature_invalid", "token_expired"]);
    assert!(inspect(now(), &good(), Some((&verifier, &keys))).problems.is_empty());
}

#[test]
fn every_segment_is_looked_at_by_itself() {
    let claims = claims_with(&[("exp", "1799999000")]);
    let token = es256(ES256_HEADER, &claims);
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(
        found(policy(), &format!("{header}.{payload}.{signature}=")),
        ["token_malformed base64url", "token_expired exp"]
    );
    assert_eq!(
        found(policy(), &format!("{header}=.{payload}.!")),
        ["token_malformed base64url", "token_expired exp"]
    );
    let rubbish = encode(b"{");
    assert_eq!(
        found(policy(), &format!("{rubbish}.{payload}.!")),
        ["header_invalid json_syntax", "token_malformed base64url", "token_expired exp"]
    );
    assert_eq!(
        found(policy(), &format!("{header}.{rubbish}.{signature}")),
        ["signature_invalid", "token_malformed json_syntax"]
    );
    assert_eq!(found(policy(), "a.b"), ["token_malformed segments"]);
}

#[test]
fn every_parameter_of_the_header_is_told() {
    let header = r#"{"alg":1,"kid":[],"typ":null,"crit":["exp"],"enc":"A256GCM"}"#;
    let token = es256(header, claims_with(&[("aud", r#""another""#)]));
    assert_eq!(
        found(policy(), &token),
        [
            "critical_unsupported",
            "header_invalid enc",
            "header_invalid alg",
            "header_invalid kid",
            "header_invalid typ",
            "audience_mismatch aud",
        ]
    );
    assert_eq!(found(policy(), &es256("{}", CLAIMS)), ["header_invalid alg"]);
}

#[test]
fn what_the_policy_dislikes_of_the_header_does_not_hide_the_signature() {
    let policy = || policy().typ("at+jwt").unwrap().kids(["other"]).unwrap();
    let token = good();
    let (message, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{message}.{}", "A".repeat(86));
    assert_eq!(found(policy(), &good()), ["type_mismatch", "key_not_found kid_not_allowed"]);
    assert_eq!(
        found(policy(), &forged),
        ["type_mismatch", "key_not_found kid_not_allowed", "signature_invalid"]
    );
}

#[test]
fn every_claim_is_told() {
    let policy = policy().rfc9068().required_claims(["sub", "tenant", "aud"]).unwrap();
    let policy = policy.required_scopes(["read"]).unwrap();
    let changes =
        [("aud", ""), ("iat", "9e9"), ("sub", "1"), ("jti", "[]"), ("client_id", "{}"), ("scope", "1")];
    let header = r#"{"alg":"ES256","kid":"ec","typ":"at+jwt"}"#;
    assert_eq!(
        found(policy, &es256(header, claims_with(&changes))),
        [
            "claim_missing aud",
            "issued_in_future iat",
            "claim_invalid sub",
            "claim_invalid jti",
            "claim_invalid client_id",
            "claim_missing tenant",
            "claim_invalid scope",
        ]
    );
}

#[test]
fn what_is_waived_is_no_problem() {
    let token = crate::quirks::padded();
    assert_eq!(found(policy(), &token), ["token_malformed base64url"]);
    assert!(found(policy().quirks(&[Quirk::PaddedBase64]), &token).is_empty());
}

#[test]
fn keys_that_are_not_held_are_told_beside_the_rest() {
    let (verifier, keys) = (Verifier::new(policy()), KeySet::remote(MAX_KEYS));
    let token = es256(ES256_HEADER, claims_with(&[("exp", "1799999000")]));
    let found = inspect(now(), &token, Some((&verifier, &keys)));
    let codes: Vec<_> = found.problems.iter().map(|problem| problem.code()).collect();
    assert_eq!(codes, ["keys_unavailable", "token_expired"]);
}
