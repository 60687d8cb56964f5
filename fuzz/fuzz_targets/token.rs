//! Tokens: nobody's, or truly signed around a header and a payload that the fuzzer writes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom::jose::Algorithm;
use strongroom::jose::jws::{MAX_TOKEN_SIZE, Spelling};
use strongroom::verify::{self, KeySet, Keys, Policy, Verifier};
use strongroom_fuzz::{AUDIENCE, CLAIMS, ISSUER, NOW, SHARED_HEADER, now, reads_alike, shared, tag};

struct Under {
    verifier: Verifier,
    keys: Keys,
    set: KeySet,
}

static UNDER: LazyLock<Under> = LazyLock::new(|| {
    let policy = Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Hs256]).unwrap();
    Under { verifier: Verifier::new(policy), keys: shared(), set: KeySet::fixed(shared()) }
});

static GOOD: LazyLock<String> = LazyLock::new(|| tag(SHARED_HEADER.as_bytes(), CLAIMS.as_bytes()));

fuzz_target!(|data: &[u8]| {
    let Some((mode, rest)) = data.split_first() else { return };
    match mode {
        b'p' => examine(&tag(SHARED_HEADER.as_bytes(), rest), true),
        b'h' => {
            let mut parts = rest.splitn(2, |byte| *byte == 0);
            let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            examine(&tag(header, payload), true);
        }
        _ => examine(&String::from_utf8_lossy(rest), false),
    }
});

fn examine(token: &str, truly_signed: bool) {
    let Under { verifier, keys, set } = &*UNDER;
    let decoded = verify::decode(token, MAX_TOKEN_SIZE, Spelling::Unpadded);
    let alone = verify::inspect(now(), token, None);
    assert_eq!(decoded.is_ok(), alone.problems.is_empty(), "decode and inspect disagree");
    let inspection = verify::inspect(now(), token, Some((verifier, set)));
    match verifier.verify(now(), token, keys) {
        Ok(verified) => {
            let message = |token: &str| token.rsplit_once('.').map(|(message, _)| message.to_owned());
            assert!(truly_signed || message(token) == message(&GOOD), "a forgery was accepted");
            assert!(inspection.problems.is_empty(), "verify accepts what inspect objects to");
            let header: serde_json::Value = serde_json::from_str(verified.header_json()).unwrap();
            let claims: serde_json::Value = serde_json::from_str(verified.value().json()).unwrap();
            assert!(reads_alike(verified.header().object(), &header), "the header can be read in two ways");
            assert_eq!(header["alg"], "HS256");
            assert!(
                header.get("crit").is_none() && header.get("b64").is_none() && header.get("enc").is_none()
            );
            assert_eq!(claims["iss"], ISSUER);
            let audiences = claims["aud"].as_array();
            assert!(
                claims["aud"] == AUDIENCE
                    || audiences.is_some_and(|all| all.iter().any(|one| one == AUDIENCE))
            );
            assert!(claims["exp"].as_f64().is_some_and(|exp| exp > NOW as f64 - 5.0));
            let object = strongroom::jose::json::parse_object(verified.value().json().as_bytes()).unwrap();
            assert!(reads_alike(&object, &claims), "the claims can be read in two ways");
        }
        Err(error) => {
            assert!(inspection.problems.contains(&error), "inspect misses what verify refuses");
            assert_ne!(token, *GOOD, "the good token was refused");
            let told = format!("{error} {error:?} {:?}", error.www_authenticate());
            assert!(told.len() < 600, "a refusal repeats what it was given");
        }
    }
}
