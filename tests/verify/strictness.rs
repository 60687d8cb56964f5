//! Form, header and signature: one named refusal for each way that a token has been forged or misread somewhere.

use crate::tokens::*;
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::{decode, encode};
use strongroom::verify::{Policy, Verifier};

#[test]
fn a_good_token_of_each_algorithm_is_accepted() {
    let verified = verify(&good()).unwrap();
    assert_eq!(verified.value().subject(), Some("user-1"));
    assert_eq!(verified.value().json(), CLAIMS);
    assert_eq!(verified.header_json(), ES256_HEADER);
    assert_eq!(verified.header().kid(), Some("ec"));
    // A claim that no check looks at is there all the same, and only if it is.
    let verified = verify(&es256(ES256_HEADER, claims_with(&[("tenant", r#"{"id":[1]}"#)]))).unwrap();
    let tenant = strongroom::jose::json::parse(br#"{"id":[1]}"#).unwrap();
    assert!(verified.value().claim("tenant") == Some(&tenant) && verified.value().claim("id").is_none());
    assert_eq!(verified.value().claim("sub").and_then(|sub| sub.as_str()), Some("user-1"));
    assert_eq!(code(&rs256(RS256_HEADER, CLAIMS)), "accepted");
}

// Signatures.

#[test]
fn any_flipped_bit_of_a_token_is_refused() {
    let token = good();
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(bytes).unwrap();
        assert_ne!(code(&forged), "accepted", "character {at}");
    }
}

#[test]
fn the_signature_of_another_token_is_refused() {
    let other = es256(ES256_HEADER, claims_with(&[("sub", r#""user-2""#)]));
    let (message, _) = other.rsplit_once('.').unwrap();
    let token = good();
    let (_, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(code(&format!("{message}.{signature}")), "signature_invalid");
}

#[test]
fn an_absent_signature_is_refused() {
    let token = good();
    let (message, _) = token.rsplit_once('.').unwrap();
    assert_eq!(code(&format!("{message}.")), "signature_invalid");
    assert_eq!(code(message), "token_malformed");
}

fn with_signature(signature: &[u8]) -> String {
    let token = good();
    let (message, _) = token.rsplit_once('.').unwrap();
    format!("{message}.{}", encode(signature))
}

#[test]
fn an_ecdsa_signature_of_another_length_is_refused() {
    let token = good();
    let (message, _) = token.rsplit_once('.').unwrap();
    let signature = sign_es256(message);
    assert_eq!(code(&with_signature(&signature)), "accepted");
    for forged in
        [&signature[..63], &[&signature[..], &[0]].concat(), &[&[0; 32][..], &signature].concat(), &[]]
    {
        assert_eq!(code(&with_signature(forged)), "signature_invalid");
    }
    for length in [1, 32, 66, 96, 132, 1000, 8000] {
        assert_eq!(code(&with_signature(&vec![1; length])), "signature_invalid", "{length} bytes");
    }
}

#[test]
fn an_ecdsa_signature_in_der_is_refused() {
    let token = good();
    let (message, _) = token.rsplit_once('.').unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&sign_es256(message)).unwrap();
    assert_eq!(code(&with_signature(signature.to_der().as_bytes())), "signature_invalid");
}

/// CVE-2022-21449, "psychic signatures".
#[test]
fn zero_and_out_of_range_ecdsa_numbers_are_refused() {
    const N: &str = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
    let n = decode(N.as_bytes()).unwrap();
    let token = good();
    let (message, _) = token.rsplit_once('.').unwrap();
    let signature = sign_es256(message);
    let (r, s) = signature.split_at(32);
    for (r, s) in [(&[0; 32][..], &[0; 32][..]), (&[0; 32], s), (r, &[0; 32]), (&n, s), (r, &n), (&n, &n)] {
        assert_eq!(code(&with_signature(&[r, s].concat())), "signature_invalid");
    }
    assert_eq!(code(&with_signature(&[0xff; 64])), "signature_invalid");
}

#[test]
fn an_rsa_signature_of_another_length_is_refused() {
    let token = rs256(RS256_HEADER, CLAIMS);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = decode(signature.as_bytes()).unwrap();
    let padded = [&[0][..], &signature].concat();
    for forged in [&signature[1..], &signature[..255], &padded, &[0; 256], &[0xff; 256], &[]] {
        assert_eq!(code(&format!("{message}.{}", encode(forged))), "signature_invalid");
    }
}

// The algorithm: the policy and the key decide.

/// CVE-2015-9235 and its kin.
#[test]
fn none_does_not_exist_in_any_spelling() {
    let spellings = [
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        " none",
        "none\\u0000",
        "no\\u006ee",
        "",
        "null",
        "N\\u00d6NE",
    ];
    for spelling in spellings {
        let header = format!(r#"{{"alg":"{spelling}","kid":"ec"}}"#);
        let message = format!("{}.{}", encode(header.as_bytes()), encode(CLAIMS.as_bytes()));
        assert_eq!(code(&format!("{message}.")), "algorithm_not_allowed", "{spelling}");
        assert_eq!(header_code(&header), "algorithm_not_allowed", "{spelling}, signed");
    }
}

#[test]
fn an_algorithm_is_compared_exactly() {
    for spelling in ["es256", "ES-256", "ES256 ", "ES2560", "E\\u0053256x", "SHA256withECDSA", "ES384"] {
        assert_eq!(header_code(format!(r#"{{"alg":"{spelling}","kid":"ec"}}"#)), "algorithm_not_allowed");
    }
    assert_eq!(header_code(r#"{"alg":"E\u0053256","kid":"ec"}"#), "accepted");
}

#[test]
fn an_algorithm_that_is_not_allowed_is_refused_even_if_the_key_could() {
    let policy = Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Es256]).unwrap();
    assert_eq!(code_with(policy.clone(), &good()), "accepted");
    assert_eq!(code_with(policy, &rs256(RS256_HEADER, CLAIMS)), "algorithm_not_allowed");
}

/// CVE-2016-5431, CVE-2016-10555: the public key used as an HMAC secret.
#[test]
fn hmac_with_the_public_key_is_refused() {
    use hmac::{Hmac, KeyInit, Mac};
    for secret in [RSA_N.as_bytes().to_vec(), decode(RSA_N.as_bytes()).unwrap(), jwks().into_bytes()] {
        for kid in ["rsa", "ec"] {
            let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
            let message = format!("{}.{}", encode(header.as_bytes()), encode(CLAIMS.as_bytes()));
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&secret).unwrap();
            mac.update(message.as_bytes());
            let token = format!("{message}.{}", encode(&mac.finalize().into_bytes()));
            assert_eq!(code(&token), "algorithm_not_allowed");
        }
    }
}

#[test]
fn the_header_cannot_turn_a_key_to_another_algorithm() {
    assert_eq!(header_code(r#"{"alg":"RS256","kid":"ec"}"#), "algorithm_not_allowed");
    assert_eq!(code(&rs256(r#"{"alg":"ES256","kid":"rsa"}"#, CLAIMS)), "algorithm_not_allowed");
}

// Keys named or carried by the token.

/// CVE-2018-0114 and the like: the attacker's key comes with the token.
#[test]
fn keys_that_come_with_the_token_are_never_used() {
    let ec = ec_members();
    let embedded = [
        format!(r#""jwk":{{{ec}}}"#),
        r#""jku":"https://evil.example/jwks.json""#.to_owned(),
        r#""x5u":"https://evil.example/cert.pem""#.to_owned(),
        r#""x5c":["MIIB"]"#.to_owned(),
        r#""x5t":"AAAA","x5t#S256":"AAAA""#.to_owned(),
    ];
    let foreign = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"ec"}]}"#;
    let keys = strongroom::verify::Keys::from_json(foreign.as_bytes(), 1).unwrap();
    for parameter in embedded {
        let token = es256(format!(r#"{{"alg":"ES256","kid":"ec",{parameter}}}"#), CLAIMS);
        let refusal = Verifier::new(policy()).verify(now(), &token, &keys).unwrap_err();
        assert_eq!(refusal.code(), "signature_invalid", "{parameter}");
        // With the right key in the set they change nothing.
        assert_eq!(code(&token), "accepted", "{parameter}");
    }
}

#[test]
fn a_kid_is_only_ever_compared() {
    let kids = [
        "../../../../dev/null",
        "/dev/null",
        "ec' OR '1'='1",
        "ec; rm -rf /",
        "https://evil.example/key",
        "EC",
        "ec ",
        "",
        "ec\\u0000",
        "__proto__",
        "constructor",
        "0",
    ];
    for kid in kids {
        assert_eq!(header_code(format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#)), "key_not_found", "{kid}");
    }
    for kid in ["1", "null", "true", r#"["ec"]"#, r#"{"ec":1}"#] {
        assert_eq!(header_code(format!(r#"{{"alg":"ES256","kid":{kid}}}"#)), "header_invalid", "{kid}");
    }
}

// Header.

#[test]
fn critical_extensions_are_refused() {
    for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", r#""exp""#, "null", r#"["alg"]"#, "{}", r#"["x","x"]"#] {
        let header = format!(r#"{{"alg":"ES256","kid":"ec","exp":1,"x":1,"crit":{crit}}}"#);
        assert_eq!(header_code(header), "critical_unsupported", "{crit}");
    }
    for b64 in ["false", "true", "null"] {
        let header = format!(r#"{{"alg":"ES256","kid":"ec","b64":{b64}}}"#);
        assert_eq!(header_code(header), "critical_unsupported", "b64 {b64}");
    }
}

#[test]
fn duplicate_header_parameters_are_refused() {
    for header in [
        r#"{"alg":"ES256","alg":"none","kid":"ec"}"#,
        r#"{"alg":"none","kid":"ec","alg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"ec","\u006bid":"rsa"}"#,
        r#"{"alg":"ES256","kid":"ec","x":{"a":[{"b":1,"b":1}]}}"#,
    ] {
        assert_eq!(header_code(header), "header_invalid", "{header}");
    }
}

#[test]
fn parameters_of_the_wrong_type_are_refused() {
    for header in [
        r#"{"alg":["ES256"],"kid":"ec"}"#,
        r#"{"alg":null,"kid":"ec"}"#,
        r#"{"alg":256,"kid":"ec"}"#,
        r#"{"kid":"ec"}"#,
        r#"{"ALG":"ES256","kid":"ec"}"#,
        r#"{"alg":"ES256","kid":"ec","typ":1}"#,
        "{}",
        "[]",
        "null",
        r#""ES256""#,
        "",
    ] {
        assert_eq!(header_code(header), "header_invalid", "{header}");
    }
}

#[test]
fn a_header_is_strict_json() {
    for header in [
        "\u{feff}{\"alg\":\"ES256\",\"kid\":\"ec\"}",
        r#"{"alg":"ES256","kid":"ec",}"#,
        r#"{"alg":"ES256","kid":"ec"}x"#,
        r#"{"alg":"ES256","kid":"ec"}{}"#,
        r#"{'alg':'ES256','kid':'ec'}"#,
        r#"{"alg":"ES256","kid":"ec","x":"\ud800"}"#,
        r#"{"alg":"ES256","kid":"ec","x":1e999}"#,
        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"x\":\"\u{1}\"}",
    ] {
        assert_eq!(header_code(header), "header_invalid", "{header}");
    }
    assert_eq!(header_code(b"{\"alg\":\"ES256\",\"kid\":\"ec\",\"x\":\"\xff\"}"), "header_invalid");
    // RFC 7515 A.1 has a header with line breaks in it.
    assert_eq!(header_code("{\"typ\":\"JWT\",\r\n \"alg\":\"ES256\",\t\"kid\" : \"ec\"}"), "accepted");
}

#[test]
fn a_deep_header_is_refused() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(header_code(format!(r#"{{"alg":"ES256","kid":"ec","x":{}}}"#, nested(31))), "accepted");
    assert_eq!(header_code(format!(r#"{{"alg":"ES256","kid":"ec","x":{}}}"#, nested(32))), "header_invalid");
}

#[test]
fn a_large_header_is_refused() {
    let header = |length: usize| {
        let frame = r#"{"alg":"ES256","kid":"ec","x":""}"#.len();
        format!(r#"{{"alg":"ES256","kid":"ec","x":"{}"}}"#, "x".repeat(length - frame))
    };
    assert_eq!(header_code(header(2048)), "accepted");
    assert_eq!(header_code(header(2049)), "header_invalid");
}

/// Sign/encrypt confusion: the header of an encrypted token on a signed one.
#[test]
fn an_encrypted_tokens_header_is_refused() {
    assert_eq!(header_code(r#"{"alg":"ES256","kid":"ec","enc":"A256GCM"}"#), "header_invalid");
    assert_eq!(code("a.b.c.d.e"), "token_malformed");
    let refusal = verify("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.a.b.c.d").unwrap_err();
    assert_eq!(refusal.reason(), Some("encrypted"));
}

// Form.

#[test]
fn a_token_has_three_segments() {
    for token in ["", ".", "..", "...", "....", ".....", "a", "a.b", "a.b.c.d", "a.b.c.d.e.f"] {
        assert!(matches!(code(token), "token_malformed" | "header_invalid"), "{token}");
    }
    let token = good();
    for forged in [format!("{token}."), format!(".{token}"), format!("{token}.e30"), format!("{token}..")] {
        assert_eq!(code(&forged), "token_malformed");
    }
}

#[test]
fn floods_of_dots_and_brackets_end_quickly() {
    for flood in [".".repeat(16 * 1024), "a.".repeat(8 * 1024), ".".repeat(10_000_000)] {
        assert!(matches!(code(&flood), "token_malformed" | "token_too_large"));
    }
    assert_eq!(payload_code("[".repeat(11_000)), "token_malformed");
    assert_eq!(payload_code(r#"{"a":"#.repeat(2000)), "token_malformed");
    let members: Vec<String> = (0..1000).map(|i| format!(r#""{i}":0"#)).collect();
    assert_eq!(payload_code(format!("{{{}}}", members.join(","))), "claim_missing");
}

#[test]
fn base64url_has_one_spelling() {
    let token = good();
    let segments: Vec<&str> = token.split('.').collect();
    for at in 0..3 {
        for suffix in ["=", "==", " ", "\n", "\r\n", "\t", "\0", "%3D"] {
            let mut forged = segments.clone();
            let changed = format!("{}{suffix}", segments[at]);
            forged[at] = &changed;
            assert_eq!(code(&forged.join(".")), "token_malformed", "segment {at} with {suffix:?}");
        }
    }
    for (from, to) in [('-', '+'), ('_', '/')] {
        let signature = segments[2];
        let replaced =
            [segments[0], segments[1], &format!("{}{to}", &signature[..signature.len() - 1])].join(".");
        assert_eq!(code(&replaced), "token_malformed", "{from} as {to}");
    }
    for forged in
        [format!(" {token}"), format!("{token} "), format!("\u{feff}{token}"), format!("Bearer {token}")]
    {
        assert_eq!(code(&forged), "token_malformed");
    }
}

#[test]
fn trailing_bits_must_be_zero() {
    // 64 bytes are 86 characters, the last of which carries two bits: four spellings would decode alike.
    let token = good();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.iter().position(|c| *c == signature.as_bytes()[85]).unwrap();
    for bits in 1..16 {
        let twin = char::from(alphabet[last | bits]);
        assert_eq!(code(&format!("{message}.{}{twin}", &signature[..85])), "token_malformed");
    }
}

#[test]
fn whitespace_inside_a_segment_is_refused() {
    let token = good();
    for at in [1, 20, token.len() - 3] {
        for space in [" ", "\n", "\r\n", "\t", "\u{a0}", "\u{200b}"] {
            let forged = format!("{}{space}{}", &token[..at], &token[at..]);
            assert_eq!(code(&forged), "token_malformed", "at {at}");
        }
    }
}

#[test]
fn an_oversized_token_is_refused_before_anything_else() {
    assert_eq!(code(&"a".repeat(16 * 1024 + 1)), "token_too_large");
    let policy = policy().max_token_size(100).unwrap();
    assert_eq!(code_with(policy, &good()), "token_too_large");
    let padding = "x".repeat(20_000);
    let large = es256(ES256_HEADER, claims_with(&[("x", &format!("\"{padding}\""))]));
    assert_eq!(code(&large), "token_too_large");
    assert_eq!(code_with(crate::tokens::policy().max_token_size(64 * 1024).unwrap(), &large), "accepted");
}

// Payload.

#[test]
fn a_payload_is_one_strict_json_object() {
    for payload in [
        "",
        "null",
        "[]",
        "1",
        r#""text""#,
        "true",
        "{",
        "{}x",
        "\u{feff}{}",
        r#"{"a":1,}"#,
        r#"{"iss":"\udfff"}"#,
        r#"{"exp":1e999}"#,
        r#"{"exp":NaN}"#,
        r#"{"a":01}"#,
    ] {
        assert_eq!(payload_code(payload), "token_malformed", "{payload}");
    }
    assert_eq!(payload_code(b"{\"sub\":\"\xc3\x28\"}"), "token_malformed");
    assert_eq!(payload_code(b"{\"sub\":\"\xc0\x80\"}"), "token_malformed");
}

#[test]
fn duplicate_claims_are_refused_at_any_depth() {
    for extra in
        [r#""exp":9999999999"#, r#""\u0065xp":1"#, r#""x":{"a":1,"a":2}"#, r#""x":[[{"a":1,"\u0061":2}]]"#]
    {
        let payload = format!("{},{extra}}}", &CLAIMS[..CLAIMS.len() - 1]);
        assert_eq!(payload_code(payload), "token_malformed", "{extra}");
    }
}

#[test]
fn an_empty_claims_set_names_what_is_missing() {
    let refusal = verify(&es256(ES256_HEADER, "{}")).unwrap_err();
    assert_eq!((refusal.code(), refusal.claim()), ("claim_missing", Some("iss")));
}
