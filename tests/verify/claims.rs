//! Claims: each check at its boundary, and each way that a claim has been misread somewhere.

use crate::tokens::*;
use core::time::Duration;
use strongroom::jose::Algorithm;
use strongroom::time::Timestamp;
use strongroom::verify::{Policy, Verifier};

fn code_at(policy: Policy, secs: u64, claims: &str) -> &'static str {
    let token = es256(ES256_HEADER, claims);
    let result = Verifier::new(policy).verify(Timestamp::from_secs(secs), &token, &keys());
    result.map_or_else(|error| error.code(), |_| "accepted")
}

// Issuer.

#[test]
fn the_issuer_is_compared_exactly() {
    for issuer in [
        r#""https://issuer.example/""#,
        r#""https://issuer.example.evil.example""#,
        r#""HTTPS://ISSUER.EXAMPLE""#,
        r#""https://issuer.exampl""#,
        r#""https://issuer.example ""#,
        r#""""#,
        r#""https://issuer.example\u0000""#,
    ] {
        assert_eq!(claim_code(&[("iss", issuer)]), "issuer_mismatch", "{issuer}");
    }
}

/// CVE-2024-53861, CVE-2024-54150 and the like: partial matches and lists.
#[test]
fn an_issuer_that_is_not_a_string_is_refused() {
    for issuer in [r#"["https://issuer.example"]"#, "null", "true", "1", r#"{"https://issuer.example":1}"#] {
        assert_eq!(claim_code(&[("iss", issuer)]), "claim_invalid", "{issuer}");
    }
    assert_eq!(claim_code(&[("iss", "")]), "claim_missing");
}

// Audience.

#[test]
fn one_of_the_audiences_must_be_accepted() {
    let lists = [r#"["https://api.example"]"#, r#"["other","https://api.example"]"#];
    for audience in lists {
        assert_eq!(claim_code(&[("aud", audience)]), "accepted", "{audience}");
    }
    for audience in [
        r#""https://other.example""#,
        r#"["other","third"]"#,
        r#""https://api.example/""#,
        r#""https://api""#,
        r#""""#,
        r#""https://api.example https://other.example""#,
    ] {
        assert_eq!(claim_code(&[("aud", audience)]), "audience_mismatch", "{audience}");
    }
    let policy = Policy::new(ISSUER, ["first", "second"], &[Algorithm::Es256]).unwrap();
    assert_eq!(code_at(policy, NOW, &claims_with(&[("aud", r#"["second"]"#)])), "accepted");
}

/// CVE-2020-26160: a list that was not understood passed as no audience at all.
#[test]
fn an_audience_of_the_wrong_shape_is_refused() {
    for audience in
        ["[]", "null", "1", "true", "{}", r#"["https://api.example",1]"#, r#"[["https://api.example"]]"#]
    {
        assert_eq!(claim_code(&[("aud", audience)]), "claim_invalid", "{audience}");
    }
    assert_eq!(claim_code(&[("aud", "")]), "claim_missing");
}

// Dates.

#[test]
fn a_token_without_expiry_is_refused() {
    assert_eq!(claim_code(&[("exp", "")]), "claim_missing");
}

#[test]
fn expiry_counts_to_the_tolerance_and_no_further() {
    let expired_at = |secs| code_at(policy(), secs, CLAIMS);
    assert_eq!(expired_at(NOW + 600), "accepted");
    assert_eq!(expired_at(NOW + 604), "accepted");
    assert_eq!(expired_at(NOW + 605), "token_expired");
    let strict = policy().clock_tolerance(Duration::ZERO).unwrap();
    assert_eq!(code_at(strict.clone(), NOW + 599, CLAIMS), "accepted");
    assert_eq!(code_at(strict, NOW + 600, CLAIMS), "token_expired");
}

#[test]
fn a_clock_at_the_end_of_time_accepts_nothing() {
    let token = good();
    let refusal = Verifier::new(policy()).verify(Timestamp::NEVER, &token, &keys()).unwrap_err();
    assert_eq!(refusal.code(), "token_expired");
}

/// A string compares as text, or becomes NaN, and NaN never expires.
#[test]
fn a_date_that_is_not_a_number_is_refused() {
    for claim in ["exp", "nbf", "iat"] {
        for date in [
            r#""1800000600""#,
            r#""2030-01-01""#,
            r#""never""#,
            "true",
            "null",
            "[]",
            "[1800000600]",
            "{}",
            r#""""#,
            r#""1e999""#,
        ] {
            assert_eq!(claim_code(&[(claim, date)]), "claim_invalid", "{claim}: {date}");
        }
    }
}

#[test]
fn a_date_out_of_range_is_refused() {
    for claim in ["exp", "nbf", "iat"] {
        for date in [
            "-1",
            "-1800000600",
            "1e300",
            "18446744073709551616",
            "9007199254740993",
            "253402300800",
            "1800000600000",
        ] {
            assert_eq!(claim_code(&[(claim, date)]), "claim_invalid", "{claim}: {date}");
        }
        for date in ["1e999", "-1e999", "1e400"] {
            assert_eq!(claim_code(&[(claim, date)]), "token_malformed", "{claim}: {date}");
        }
    }
    assert_eq!(claim_code(&[("exp", "253402300799")]), "accepted");
}

#[test]
fn fractions_and_exponents_are_dates() {
    assert_eq!(claim_code(&[("exp", "1800000600.5")]), "accepted");
    assert_eq!(claim_code(&[("exp", "1.8000006e9")]), "accepted");
    assert_eq!(claim_code(&[("exp", "0")]), "token_expired");
    assert_eq!(claim_code(&[("exp", "-0")]), "token_expired");
    assert_eq!(claim_code(&[("exp", "1e-5")]), "token_expired");
}

#[test]
fn a_token_is_not_used_before_its_time() {
    assert_eq!(claim_code(&[("nbf", "1800000005")]), "accepted");
    assert_eq!(claim_code(&[("nbf", "1800000006")]), "token_not_active");
}

#[test]
fn a_token_from_the_future_is_refused() {
    assert_eq!(claim_code(&[("iat", "1800000005")]), "accepted");
    assert_eq!(claim_code(&[("iat", "1800000006")]), "issued_in_future");
    assert_eq!(claim_code(&[("iat", "")]), "accepted");
}

#[test]
fn a_maximum_age_is_enforced_and_makes_iat_required() {
    let policy = || policy().max_age(Duration::from_secs(60)).unwrap();
    assert_eq!(code_at(policy(), NOW + 65, CLAIMS), "accepted");
    assert_eq!(code_at(policy(), NOW + 66, CLAIMS), "token_too_old");
    assert_eq!(code_at(policy(), NOW, &claims_with(&[("iat", "")])), "claim_missing");
}

// Type, key ids, other claims, scopes.

#[test]
fn a_type_is_compared_without_case_and_prefix() {
    let policy = || policy().typ("at+jwt").unwrap();
    let typed = |typ: &str| {
        let header = format!(r#"{{"alg":"ES256","kid":"ec","typ":"{typ}"}}"#);
        code_with(policy(), &es256(header, CLAIMS))
    };
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
        assert_eq!(typed(typ), "accepted", "{typ}");
    }
    for typ in ["JWT", "", "at+jwt ", "application/application/at+jwt", "text/at+jwt", "id+jwt"] {
        assert_eq!(typed(typ), "type_mismatch", "{typ}");
    }
    assert_eq!(code_with(policy(), &es256(r#"{"alg":"ES256","kid":"ec"}"#, CLAIMS)), "type_mismatch");
}

#[test]
fn a_list_of_key_ids_is_enforced() {
    let policy = policy().kids(["ec"]).unwrap();
    assert_eq!(code_with(policy.clone(), &good()), "accepted");
    assert_eq!(code_with(policy.clone(), &rs256(RS256_HEADER, CLAIMS)), "key_not_found");
    assert_eq!(code_with(policy, &es256(r#"{"alg":"ES256"}"#, CLAIMS)), "key_not_found");
}

#[test]
fn required_claims_must_be_there() {
    let policy = policy().required_claims(["client_id", "tenant"]).unwrap();
    let with = |changes: &[(&str, &str)]| code_at(policy.clone(), NOW, &claims_with(changes));
    assert_eq!(with(&[("client_id", r#""c""#), ("tenant", "0")]), "accepted");
    assert_eq!(with(&[("client_id", r#""c""#)]), "claim_missing");
    assert_eq!(with(&[("client_id", r#""c""#), ("tenant", "null")]), "claim_missing");
}

#[test]
fn the_access_token_profile_demands_type_and_claims() {
    let policy = policy().required_claims(["tenant"]).unwrap().rfc9068();
    let header = r#"{"alg":"ES256","kid":"ec","typ":"at+jwt"}"#;
    let full = [("client_id", r#""c""#), ("jti", r#""j""#), ("tenant", "1")];
    let code = |header: &str, changes: &[(&str, &str)]| {
        let refusal = verify_with(policy.clone(), &es256(header, claims_with(changes)));
        refusal
            .map_or_else(|error| format!("{} {:?}", error.code(), error.claim()), |_| "accepted".to_owned())
    };
    assert_eq!(code(header, &full), "accepted");
    assert_eq!(code(ES256_HEADER, &full), "type_mismatch None");
    for claim in ["sub", "client_id", "iat", "jti", "tenant"] {
        let mut without: Vec<_> = full.into_iter().filter(|(name, _)| *name != claim).collect();
        without.push((claim, ""));
        assert_eq!(code(header, &without), format!("claim_missing Some({claim:?})"));
    }
}

#[test]
fn registered_claims_have_their_types() {
    for claim in ["sub", "jti", "client_id"] {
        for value in ["1", "null", "[]", r#"{"a":1}"#] {
            assert_eq!(claim_code(&[(claim, value)]), "claim_invalid", "{claim}: {value}");
        }
    }
}

#[test]
fn required_scopes_must_all_be_granted() {
    let policy = policy().required_scopes(["read", "write"]).unwrap();
    let with = |changes: &[(&str, &str)]| code_at(policy.clone(), NOW, &claims_with(changes));
    for (claim, value) in [
        ("scope", r#""read write""#),
        ("scope", r#""other write  read""#),
        ("scp", r#""write read""#),
        ("scp", r#"["read","write"]"#),
    ] {
        assert_eq!(with(&[(claim, value)]), "accepted", "{value}");
    }
    for (claim, value) in [
        ("scope", r#""read""#),
        ("scope", r#""readwrite""#),
        ("scope", r#""read,write""#),
        ("scope", r#""READ WRITE""#),
        ("scope", r#""read write:all""#),
        ("scope", r#""""#),
        ("scp", "[]"),
        ("scp", r#"["read write"]"#),
        ("x", "1"),
    ] {
        assert_eq!(with(&[(claim, value)]), "scope_insufficient", "{value}");
    }
    for (claim, value) in
        [("scope", r#"["read","write"]"#), ("scope", "null"), ("scp", "1"), ("scp", r#"["read",1]"#)]
    {
        assert_eq!(with(&[(claim, value)]), "claim_invalid", "{value}");
    }
    // `scope` counts where both are there.
    assert_eq!(with(&[("scope", r#""read""#), ("scp", r#"["read","write"]"#)]), "scope_insufficient");
}

#[test]
fn a_missing_scope_is_the_last_thing_told() {
    let policy = policy().required_scopes(["read"]).unwrap();
    assert_eq!(code_at(policy.clone(), NOW + 9999, CLAIMS), "token_expired");
    let refusal = verify_with(policy, &good()).unwrap_err();
    assert_eq!(refusal.status(), 403);
    assert_eq!(refusal.www_authenticate().unwrap(), r#"Bearer error="insufficient_scope", scope="read""#);
}

// The policy itself.

#[test]
fn a_policy_without_its_essentials_cannot_be_built() {
    let algorithms = &[Algorithm::Es256][..];
    assert!(Policy::new("", [AUDIENCE], algorithms).is_err());
    assert!(Policy::new(ISSUER, [""; 0], algorithms).is_err());
    assert!(Policy::new(ISSUER, ["a", ""], algorithms).is_err());
    assert!(Policy::new(ISSUER, [AUDIENCE], &[]).is_err());
}

#[test]
fn a_policy_refuses_settings_that_would_switch_a_check_off() {
    assert!(policy().clock_tolerance(Duration::from_secs(301)).is_err());
    assert!(policy().clock_tolerance(Duration::from_secs(300)).is_ok());
    assert!(policy().max_age(Duration::ZERO).is_err());
    assert!(policy().kids([""; 0]).is_err());
    assert!(policy().typ("").is_err());
    assert!(policy().required_claims([""]).is_err());
    assert!(policy().required_scopes(["a b"]).is_err());
    assert!(policy().required_scopes(["a\"b"]).is_err());
    assert!(policy().max_token_size(0).is_err());
}
