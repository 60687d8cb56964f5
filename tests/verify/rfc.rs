//! The examples of RFC 7515, by their own keys. They have no audience and expired in 2011, so the signature is checked on the
//! key, and the claims by name.

use crate::tokens::RSA_N;
use strongroom::crypto::Key;
use strongroom::jose::jws::{Compact, MAX_TOKEN_SIZE};
use strongroom::jose::{Algorithm, jwk};
use strongroom::time::Timestamp;
use strongroom::verify::{Keys, MAX_KEYS, Policy, TokenError, Verifier};

const PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn check(algorithm: Algorithm, members: &str, token: &str) {
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    let key = Key::from_jwk(&jwk::parse_set(set.as_bytes(), 1).unwrap()[0]).unwrap();
    let compact = Compact::parse(token, MAX_TOKEN_SIZE).unwrap();
    assert_eq!(compact.header().alg(), algorithm.name());
    assert!(key.verify(algorithm, compact.signing_input(), compact.signature()));

    // The same through the front door: all is well with it until the missing audience.
    let policy = Policy::new("joe", ["anyone"], &[algorithm]).unwrap();
    let keys = Keys::from_json(set.as_bytes(), MAX_KEYS).unwrap();
    let refusal =
        Verifier::new(policy).verify(Timestamp::from_secs(1_300_819_000), token, &keys).unwrap_err();
    assert_eq!(refusal, TokenError::ClaimMissing("aud".to_owned()));
}

#[test]
fn rfc7515_a2_rs256() {
    let token = format!(
        "eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    check(Algorithm::Rs256, &format!(r#""kty":"RSA","n":"{RSA_N}","e":"AQAB""#), &token);
}

#[test]
fn rfc7515_a3_es256() {
    let members = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    check(Algorithm::Es256, members, &token);
}

/// RFC 7515 A.5: an unsecured JWS. There is no algorithm of that name to allow.
#[test]
fn rfc7515_a5_unsecured() {
    let token = format!("eyJhbGciOiJub25lIn0.{PAYLOAD}.");
    assert_eq!(crate::tokens::code(&token), "algorithm_not_allowed");
    assert_eq!(Algorithm::from_name("none"), None);
}
