//! Keys: which are good, which are refused and why, and how one is chosen.

use crate::tokens::*;
use strongroom::crypto::Key;
use strongroom::jose::base64url::{decode, encode};
use strongroom::jose::jwk::{self, JwksError, KeyProblem};
use strongroom::verify::{Keys, MAX_KEYS, Verifier};

fn problem(members: &str) -> Option<KeyProblem> {
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    Key::from_jwk(&jwk::parse_set(set.as_bytes(), 1).unwrap()[0]).err()
}

/// The code for a good token when that is the issuer's key set.
fn code_with_keys(keys: &str, token: &str) -> String {
    let keys = Keys::from_json(format!(r#"{{"keys":[{keys}]}}"#).as_bytes(), MAX_KEYS).unwrap();
    match Verifier::new(policy()).verify(now(), token, &keys) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{} {}", error.code(), error.reason().unwrap_or_default()).trim().to_owned(),
    }
}

fn rsa(n: &[u8], e: &[u8]) -> String {
    format!(r#""kty":"RSA","n":"{}","e":"{}""#, encode(n), encode(e))
}

fn modulus() -> Vec<u8> {
    decode(RSA_N.as_bytes()).unwrap()
}

const F4: &[u8] = &[1, 0, 1];

#[test]
fn an_rsa_modulus_has_2048_to_8192_bits() {
    // Odd, and without the fingerprint of a broken generator.
    let of_bits = |bits: usize| {
        let mut n = modulus().repeat(5);
        n.truncate(bits.div_ceil(8));
        n[0] = 1 << ((bits - 1) % 8);
        *n.last_mut().unwrap() |= 1;
        n
    };
    for bits in [2048, 2049, 3072, 4096, 8191, 8192] {
        assert_eq!(problem(&rsa(&of_bits(bits), F4)), None, "{bits}");
    }
    for bits in [8, 512, 1024, 2047, 8193, 10_000] {
        assert_eq!(problem(&rsa(&of_bits(bits), F4)), Some(KeyProblem::Modulus), "{bits}");
    }
}

#[test]
fn an_even_rsa_modulus_is_refused() {
    let mut n = modulus();
    *n.last_mut().unwrap() &= 0xfe;
    assert_eq!(problem(&rsa(&n, F4)), Some(KeyProblem::Modulus));
}

#[test]
fn an_rsa_exponent_is_odd_and_neither_small_nor_huge() {
    let n = modulus();
    assert_eq!(problem(&rsa(&n, F4)), None);
    assert_eq!(problem(&rsa(&n, &[0xff; 4])), None);
    for e in [&[1][..], &[3], &[17], &[1, 0, 0], &[1, 0, 2], &[0xff, 0xff], &[1, 0, 0, 0, 1], &[0xff; 256]] {
        assert_eq!(problem(&rsa(&n, e)), Some(KeyProblem::Exponent), "{e:?}");
    }
}

#[test]
fn rsa_numbers_have_no_leading_zeros() {
    let padded = [&[0][..], &modulus()].concat();
    assert_eq!(problem(&rsa(&padded, F4)), Some(KeyProblem::Member("n")));
    assert_eq!(problem(&rsa(&modulus(), &[0, 1, 0, 1])), Some(KeyProblem::Member("e")));
    assert_eq!(problem(&rsa(&[], F4)), Some(KeyProblem::Member("n")));
    assert_eq!(problem(&rsa(&modulus(), &[])), Some(KeyProblem::Member("e")));
}

fn ec(x: &[u8], y: &[u8]) -> String {
    format!(r#""kty":"EC","crv":"P-256","x":"{}","y":"{}""#, encode(x), encode(y))
}

const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

#[test]
fn a_curve_point_lies_on_its_curve() {
    let (x, y) = (decode(X.as_bytes()).unwrap(), decode(Y.as_bytes()).unwrap());
    assert_eq!(problem(&ec(&x, &y)), None);
    let mut off = y.clone();
    off[31] ^= 1;
    for (x, y) in [(&x[..], &off[..]), (&y, &x), (&[0; 32], &[0; 32]), (&[0xff; 32], &[0xff; 32])] {
        assert_eq!(problem(&ec(x, y)), Some(KeyProblem::Point));
    }
}

#[test]
fn coordinates_have_their_full_length() {
    let (x, y) = (decode(X.as_bytes()).unwrap(), decode(Y.as_bytes()).unwrap());
    let padded = [&[0][..], &x].concat();
    assert_eq!(problem(&ec(&x[1..], &y)), Some(KeyProblem::Member("x")));
    assert_eq!(problem(&ec(&padded, &y)), Some(KeyProblem::Member("x")));
    assert_eq!(problem(&ec(&x, &[])), Some(KeyProblem::Member("y")));
}

#[test]
fn malformed_members_are_refused() {
    for (members, member) in [
        (r#""kty":1"#, "kty"),
        (r#""crv":"P-256""#, "kty"),
        (r#""kty":"EC""#, "crv"),
        (r#""kty":"EC","crv":"P-256""#, "x"),
        (r#""kty":"EC","crv":"P-256","x":1,"y":"""#, "x"),
        (r#""kty":"EC","crv":"P-256","x":"a=","y":"""#, "x"),
        (r#""kty":"RSA","e":"AQAB""#, "n"),
    ] {
        assert_eq!(problem(members), Some(KeyProblem::Member(member)), "{members}");
    }
    for members in [r#""kty":"ec""#, r#""kty":"EC","crv":"P-224""#, r#""kty":"none""#] {
        assert_eq!(problem(members), Some(KeyProblem::Unsupported), "{members}");
    }
}

#[test]
fn use_and_key_ops_are_honoured() {
    let ec = ec_members();
    for usage in [r#""use":"sig""#, r#""key_ops":["verify"]"#, r#""use":"sig","key_ops":["sign","verify"]"#] {
        assert_eq!(problem(&format!("{ec},{usage}")), None, "{usage}");
    }
    for usage in
        [r#""use":"enc""#, r#""use":"""#, r#""use":"SIG""#, r#""key_ops":["sign"]"#, r#""key_ops":[]"#]
    {
        assert_eq!(problem(&format!("{ec},{usage}")), Some(KeyProblem::Usage), "{usage}");
    }
    for usage in [r#""key_ops":"verify""#, r#""key_ops":[1]"#] {
        assert_eq!(problem(&format!("{ec},{usage}")), Some(KeyProblem::Member("key_ops")), "{usage}");
    }
}

#[test]
fn the_keys_own_algorithm_is_honoured() {
    let ec = ec_members();
    assert_eq!(problem(&format!(r#"{ec},"alg":"ES256""#)), None);
    for algorithm in ["RS256", "none", "ECDH-ES", ""] {
        assert_eq!(
            problem(&format!(r#"{ec},"alg":"{algorithm}""#)),
            Some(KeyProblem::Algorithm),
            "{algorithm}"
        );
    }
}

#[test]
fn a_published_private_key_is_refused() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth"] {
        assert_eq!(problem(&format!(r#"{},"{member}":"AQAB""#, rsa_members())), Some(KeyProblem::Private));
    }
}

#[test]
fn a_bad_key_spoils_nothing_but_itself() {
    let good_key = format!(r#"{{{},"kid":"ec"}}"#, ec_members());
    let set = format!(r#"{{"kty":"RSA","kid":"x"}},{{"kid":1}},{{}},{good_key}"#);
    assert_eq!(code_with_keys(&set, &good()), "accepted");
    let token = es256(r#"{"alg":"ES256","kid":"x"}"#, CLAIMS);
    assert_eq!(code_with_keys(&set, &token), "key_unusable malformed_key");
}

#[test]
fn a_weak_key_of_the_tokens_id_is_named() {
    let weak = format!(r#"{{{},"kid":"rsa"}}"#, rsa(&modulus()[128..], F4));
    assert_eq!(code_with_keys(&weak, &rs256(RS256_HEADER, CLAIMS)), "key_unusable modulus_size");
}

#[test]
fn a_token_without_kid_needs_a_set_without_choice() {
    let token = es256(r#"{"alg":"ES256"}"#, CLAIMS);
    let ours = ec_members();
    let other = format!(r#""kty":"EC","crv":"P-256","x":"{X}","y":"{Y}""#);
    let rsa = rsa_members();
    assert_eq!(code_with_keys(&format!("{{{ours}}},{{{rsa}}}"), &token), "accepted");
    assert_eq!(
        code_with_keys(&format!(r#"{{{ours},"kid":"a"}},{{{other},"use":"enc"}}"#), &token),
        "accepted"
    );
    assert_eq!(code_with_keys(&format!("{{{ours}}},{{{other}}}"), &token), "key_not_found kid_missing");
    assert_eq!(code_with_keys(&format!("{{{rsa}}}"), &token), "key_not_found kid_unknown");
}

#[test]
fn one_id_may_name_keys_of_different_kinds_but_not_of_one() {
    let (ours, rsa) = (ec_members(), rsa_members());
    let set = format!(r#"{{{ours},"kid":"ec"}},{{{rsa},"kid":"ec"}}"#);
    assert_eq!(code_with_keys(&set, &good()), "accepted");
    let set = format!(r#"{{{ours},"kid":"ec"}},{{{ours},"kid":"ec"}}"#);
    assert_eq!(code_with_keys(&set, &good()), "key_unusable ambiguous_key");
}

#[test]
fn a_key_without_id_is_not_found_by_one() {
    assert_eq!(code_with_keys(&format!("{{{}}}", ec_members()), &good()), "key_not_found kid_unknown");
}

#[test]
fn what_is_not_a_key_set_is_refused() {
    for text in [r#"{"keys":{}}"#, r#"{"keys":null}"#, "{}", r#"{"keys":[1]}"#, r#"{"keys":["{}"]}"#] {
        assert_eq!(Keys::from_json(text.as_bytes(), MAX_KEYS).err(), Some(JwksError::Shape), "{text}");
    }
    for text in ["", "[]", "<html>", r#"{"keys":[],"keys":[]}"#, "\u{feff}{\"keys\":[]}", r#"{"keys":[]} x"#]
    {
        assert!(matches!(Keys::from_json(text.as_bytes(), MAX_KEYS), Err(JwksError::Json(_))), "{text}");
    }
    let keys = vec!["{}"; MAX_KEYS + 1].join(",");
    let set = format!(r#"{{"keys":[{keys}]}}"#);
    assert_eq!(Keys::from_json(set.as_bytes(), MAX_KEYS).err(), Some(JwksError::TooMany));
    assert!(Keys::from_json(set.as_bytes(), MAX_KEYS + 1).is_ok());
}

#[test]
fn a_thousand_keys_are_searched_by_id() {
    let others: Vec<String> = (0..999).map(|i| format!(r#"{{{},"kid":"key-{i}"}}"#, rsa_members())).collect();
    let set = format!(r#"{{"keys":[{},{{{},"kid":"ec"}}]}}"#, others.join(","), ec_members());
    let keys = Keys::from_json(set.as_bytes(), 1000).unwrap();
    assert!(Verifier::new(policy()).verify(now(), &good(), &keys).is_ok());
}
