//! Every example of RFC 7515, 7517, 7519, 7520 and 8037 whose algorithm is supported, by its own key; and those that must be
//! refused. They have no audience, and some no claims at all, so the signature is checked on the key.

use crate::tokens::RSA_N;
use strongroom::crypto::Key;
use strongroom::jose::jwk::{self, KeyProblem};
use strongroom::jose::jws::{Compact, MAX_TOKEN_SIZE};
use strongroom::jose::{Algorithm, base64url};
use strongroom::secret::Secret;
use strongroom::time::Timestamp;
use strongroom::verify::{Keys, MAX_KEYS, Policy, TokenError, Verifier};

fn key(members: &str) -> Result<Key, KeyProblem> {
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    Key::from_jwk(&jwk::parse_set(set.as_bytes(), 1).unwrap()[0])
}

fn secret(text: &str) -> Secret<Vec<u8>> {
    Secret::new(base64url::decode(text.as_bytes()).unwrap())
}

/// The key's own signature, under the algorithm that the header names and no other.
fn check(key: &Key, algorithm: Algorithm, token: &str) {
    let compact = Compact::parse(token, MAX_TOKEN_SIZE).unwrap();
    assert_eq!(compact.header().alg(), algorithm.name());
    for other in Algorithm::ALL {
        // RFC 9864 gives the key's signature a second name.
        let same = other == algorithm || (algorithm == Algorithm::EdDsa && other == Algorithm::Ed25519);
        assert_eq!(key.verify(other, compact.signing_input(), compact.signature()), same, "{other:?}");
    }
    let mut forged = compact.signature().to_vec();
    forged[0] ^= 1;
    assert!(!key.verify(algorithm, compact.signing_input(), &forged));
}

/// The code that the verifier refuses the token with, whatever keys the examples have.
fn refusal(token: &str) -> &'static str {
    let mut keys = Keys::default();
    keys.add_secret(None, secret(HMAC_7515), None).unwrap();
    let policy = Policy::new("joe", ["anyone"], &Algorithm::ALL).unwrap();
    Verifier::new(policy).verify(Timestamp::from_secs(1_300_819_000), token, &keys).unwrap_err().code()
}

/// RFC 7515 A.1 to A.3 and RFC 7519 §3.1.
const JOE: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const HMAC_7515: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const EC_7515: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;

/// Through the front door all is well with Joe's token until the missing audience, and after it has expired.
fn check_joe(keys: &Keys, algorithm: Algorithm, token: &str) {
    let policy = Policy::new("joe", ["anyone"], &[algorithm]).unwrap();
    let at = |seconds| {
        Verifier::new(policy.clone()).verify(Timestamp::from_secs(seconds), token, keys).unwrap_err()
    };
    assert_eq!(at(1_300_819_000), TokenError::ClaimMissing("aud".to_owned()));
}

fn joe_by_public_key(algorithm: Algorithm, members: &str, token: &str) {
    check(&key(members).unwrap(), algorithm, token);
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    check_joe(&Keys::from_json(set.as_bytes(), MAX_KEYS).unwrap(), algorithm, token);
}

#[test]
fn rfc7515_a1_hs256_and_rfc7519_3_1() {
    let token =
        format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    check(&Key::from_secret(secret(HMAC_7515), None).unwrap(), Algorithm::Hs256, &token);
    let mut keys = Keys::default();
    keys.add_secret(None, secret(HMAC_7515), None).unwrap();
    check_joe(&keys, Algorithm::Hs256, &token);
}

#[test]
fn rfc7515_a2_rs256() {
    let token = format!(
        "eyJhbGciOiJSUzI1NiJ9.{JOE}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    joe_by_public_key(Algorithm::Rs256, &format!(r#""kty":"RSA","n":"{RSA_N}","e":"AQAB""#), &token);
}

#[test]
fn rfc7515_a3_es256() {
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{JOE}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    joe_by_public_key(Algorithm::Es256, EC_7515, &token);
}

#[test]
fn rfc7515_a4_es512() {
    let members = r#""kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2""#;
    let token = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
    check(&key(members).unwrap(), Algorithm::Es512, token);
}

/// There is no algorithm of that name to allow.
#[test]
fn rfc7515_a5_and_rfc7519_6_1_unsecured() {
    assert_eq!(refusal(&format!("eyJhbGciOiJub25lIn0.{JOE}.")), "algorithm_not_allowed");
    assert_eq!(Algorithm::from_name("none"), None);
}

/// RFC 7515 A.6 and A.7, RFC 7520 §4.6 to §4.8: a JWT is compact (RFC 7519 §1).
#[test]
fn the_json_serializations_are_no_tokens() {
    let flattened = format!(
        r#"{{"payload":"{JOE}","protected":"eyJhbGciOiJFUzI1NiJ9","header":{{"kid":"e9bc097a-ce51-4036-9562-d2ade882db0d"}},"signature":"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"}}"#
    );
    assert_eq!(refusal(&flattened), "token_malformed");
    assert_eq!(refusal(&format!(r#"{{"payload":"{JOE}","signatures":[{flattened}]}}"#)), "token_malformed");
}

/// RFC 7515 appendix E: an extension that is marked critical and not understood.
#[test]
fn rfc7515_e_negative_test_case_for_crit() {
    let token = format!(
        "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.{JOE}."
    );
    assert_eq!(refusal(&token), "critical_unsupported");
}

/// RFC 7519 A.1: encrypted.
#[test]
fn rfc7519_a1_encrypted() {
    let header = base64url::encode(br#"{"alg":"RSA1_5","enc":"A128CBC-HS256"}"#);
    let token = format!(
        "{header}.QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1i.AxY8DCtDaGlsbGljb3RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaMHDjUEOKIwrtkHthpqEanSBNYHZgmNOV7sln1Eu9g3J8.fiK51VwhsxJ-siBMR-YFiA"
    );
    assert_eq!(refusal(&token), "token_malformed");
}

const RSA_7517: &str = r#""kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB""#;
const EC_7517: &str = r#""kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#;

#[test]
fn rfc7517_a1_public_keys() {
    assert!(key(&format!(r#"{RSA_7517},"alg":"RS256","kid":"2011-04-29""#)).is_ok());
    // The example's EC key is for encryption.
    assert_eq!(key(&format!(r#"{EC_7517},"use":"enc","kid":"1""#)).err(), Some(KeyProblem::Usage));
    assert!(key(EC_7517).is_ok());
}

/// RFC 7517 A.2: whoever publishes these has lost them.
#[test]
fn rfc7517_a2_private_keys() {
    let d = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE";
    assert_eq!(key(&format!(r#"{EC_7517},"d":"{d}""#)).err(), Some(KeyProblem::Private));
    assert_eq!(
        key(&format!(r#"{RSA_7517},"d":"X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJo""#)).err(),
        Some(KeyProblem::Private)
    );
}

/// RFC 7517 A.3: a secret has no place in a key set.
#[test]
fn rfc7517_a3_symmetric_keys() {
    for members in [
        r#""kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg""#.to_owned(),
        format!(r#""kty":"oct","k":"{HMAC_7515}","kid":"HMAC key used in JWS spec Appendix A.1 example""#),
    ] {
        assert_eq!(key(&members).err(), Some(KeyProblem::Private));
    }
}

/// RFC 7520 §4: the payload of all its signatures, and its keys of §3.
const FRODO: &str = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
const RSA_7520: &str = r#""kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB""#;

#[test]
fn rfc7520_4_1_rs256() {
    let token = format!(
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.{FRODO}.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"
    );
    check(&key(RSA_7520).unwrap(), Algorithm::Rs256, &token);
}

#[test]
fn rfc7520_4_2_ps384() {
    let token = format!(
        "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.{FRODO}.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"
    );
    check(&key(RSA_7520).unwrap(), Algorithm::Ps384, &token);
}

#[test]
fn rfc7520_4_3_es512() {
    let members = r#""kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1""#;
    let token = format!(
        "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.{FRODO}.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"
    );
    check(&key(members).unwrap(), Algorithm::Es512, &token);
}

#[test]
fn rfc7520_4_4_hs256_and_4_5_detached() {
    let (header, tag) = (
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9",
        "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
    );
    let bytes = || secret("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg");
    let key = Key::from_secret(bytes(), Some(Algorithm::Hs256)).unwrap();
    check(&key, Algorithm::Hs256, &format!("{header}.{FRODO}.{tag}"));
    // Without its content the signature is none.
    let mut keys = Keys::default();
    keys.add_secret(Some("018c0ae5-4d9b-471b-bfd6-eef314bc7037".to_owned()), bytes(), None).unwrap();
    let policy = Policy::new("joe", ["anyone"], &[Algorithm::Hs256]).unwrap();
    let refusal = Verifier::new(policy).verify(Timestamp::default(), &format!("{header}..{tag}"), &keys);
    assert_eq!(refusal.unwrap_err(), TokenError::SignatureInvalid);
}

const OKP_8037: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

#[test]
fn rfc8037_a1_a2_keys() {
    assert!(key(OKP_8037).is_ok());
    let private = format!(r#"{OKP_8037},"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A""#);
    assert_eq!(key(&private).err(), Some(KeyProblem::Private));
}

#[test]
fn rfc8037_a4_a5_ed25519() {
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    check(&key(OKP_8037).unwrap(), Algorithm::EdDsa, token);
}

/// RFC 8037 A.6, A.7: keys to agree on secrets with, not to sign.
#[test]
fn rfc8037_a6_a7_agreement_keys() {
    for crv in ["X25519", "X448"] {
        let members = format!(
            r#""kty":"OKP","crv":"{crv}","kid":"Bob","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08""#
        );
        assert_eq!(key(&members).err(), Some(KeyProblem::Unsupported));
    }
}
