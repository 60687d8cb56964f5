//! Key sets: any document, and the good token against what is found in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::jose::Algorithm;
use strongroom::verify::{Keys, MAX_KEYS, Verifier};
use strongroom_fuzz::{GOOD, Signer, now, policy};

fuzz_target!(|document: &[u8]| {
    let Ok(keys) = Keys::from_json(document, MAX_KEYS) else { return };
    let read: serde_json::Value = serde_json::from_slice(document).expect("strict JSON is JSON");
    let entries = read["keys"].as_array().expect("a set has keys");
    assert!(entries.len() <= MAX_KEYS);
    let ids = entries.iter().map(|entry| entry["kid"].as_str());
    for kid in ids.chain([None, Some(""), Some("no such key")]) {
        for algorithm in Algorithm::ALL {
            if let Ok(key) = keys.find(kid, algorithm) {
                assert!(key.algorithms().contains(algorithm), "a key for an algorithm that it is not for");
                assert!(keys.is_usable());
                assert!(!key.verify(algorithm, b"message", b""), "an empty signature was accepted");
                assert!(!key.verify(algorithm, b"message", &[0; 64]), "a null signature was accepted");
            }
        }
    }
    if Verifier::new(policy()).verify(now(), &GOOD, &keys).is_ok() {
        let own: serde_json::Value = serde_json::from_str(&Signer::Old.jwk()).unwrap();
        let is_own = |entry: &serde_json::Value| entry["x"] == own["x"] && entry["y"] == own["y"];
        assert!(entries.iter().any(is_own), "verified with a key that is not in the set");
        assert!(entries.iter().any(|entry| is_own(entry) && entry.get("d").is_none()), "a leaked key served");
    }
    assert!(format!("{keys:?}").len() < 100, "Debug tells of the keys");
});
