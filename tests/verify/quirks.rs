//! Rules that a named issuer may break, and that bind everybody else.

use crate::tokens::*;
use strongroom::jose::base64url::encode;
use strongroom::verify::{Config, Policy, Quirk};

fn policy_with(quirk: Quirk) -> Policy {
    policy().quirks(&[quirk])
}

fn pad(segment: &str) -> String {
    format!("{segment}{}", &"==="[..(4 - segment.len() % 4) % 4])
}

/// A good token with every segment padded, the signature over that spelling. Its lengths are such that each needs padding.
pub fn padded() -> String {
    let claims = claims_with(&[("sub", r#""user-12""#)]);
    let message = format!("{}.{}", pad(&encode(ES256_HEADER.as_bytes())), pad(&encode(claims.as_bytes())));
    let token = format!("{message}.{}", pad(&encode(&sign_es256(&message))));
    assert!(token.split('.').all(|segment| segment.ends_with('=')), "{token}");
    token
}

#[test]
fn padding_is_refused_unless_the_issuer_is_known_for_it() {
    assert_eq!(code(&padded()), "token_malformed");
    assert_eq!(code_with(policy_with(Quirk::AudienceInClientId), &padded()), "token_malformed");
    assert_eq!(code_with(policy_with(Quirk::PaddedBase64), &padded()), "accepted");
}

#[test]
fn a_padded_token_has_one_spelling_too() {
    let token = padded();
    let refused = |token: &str| {
        assert_eq!(code_with(policy_with(Quirk::PaddedBase64), token), "token_malformed", "{token}");
    };
    refused(token.trim_end_matches('='));
    refused(&format!("{token}="));
    refused(&format!("{token}===="));
    refused(&token.replacen("=.", ".", 1));
    refused(&token.replace('=', "%3d"));
    refused(&token.replace('-', "+").replace('_', "/").replacen("eyJ", "e+J", 1));
    refused(&good());
    // The unused bits of the last character are zero all the same.
    let (text, signature) = token.rsplit_once('.').unwrap();
    let bare = signature.trim_end_matches('=');
    let (start, last) = bare.split_at(bare.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    refused(&format!("{text}.{}", pad(&format!("{start}{next}"))));
}

#[test]
fn a_client_id_is_no_audience_unless_the_issuer_is_known_for_it() {
    let claims = |changes: &[(&str, &str)]| es256(ES256_HEADER, claims_with(changes));
    let quirk = |token: &str| code_with(policy_with(Quirk::AudienceInClientId), token);
    let ours = format!(r#""{AUDIENCE}""#);
    let token = claims(&[("aud", ""), ("client_id", &ours)]);
    assert_eq!(code(&token), "claim_missing");
    assert_eq!(quirk(&token), "accepted");
    assert_eq!(quirk(&claims(&[("aud", ""), ("client_id", r#""another""#)])), "audience_mismatch");
    assert_eq!(quirk(&claims(&[("aud", "")])), "claim_missing");
    assert_eq!(quirk(&claims(&[("aud", ""), ("client_id", "1")])), "claim_invalid");
    // An audience that is there counts, whatever the client is.
    assert_eq!(quirk(&claims(&[("aud", r#""another""#), ("client_id", &ours)])), "audience_mismatch");
    assert_eq!(quirk(&good()), "accepted");
}

#[test]
fn quirks_are_named_and_nothing_else_is_known() {
    let config = |quirks: &str| {
        Config::from_json(&format!(
            r#"{{"issuer":"{ISSUER}","audience":["{AUDIENCE}"],"algorithms":["ES256"],"quirks":{quirks}}}"#
        ))
    };
    for quirk in Quirk::ALL {
        assert!(config(&format!(r#"["{}"]"#, quirk.name())).is_ok());
    }
    for unknown in [r#"["lenient"]"#, r#"["Padded_Base64"]"#, r#""padded_base64""#, "true", r#"["none"]"#] {
        assert!(config(unknown).is_err(), "{unknown}");
    }
}
