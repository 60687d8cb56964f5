//! Any bytes as a handle: refused by type, and never taken for ours.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom::session::{KeyRing, Sessions, Shard, Terms};
use strongroom::time::Timestamp;

static RING: LazyLock<KeyRing> = LazyLock::new(|| KeyRing::new([[2u8; 32], [1u8; 32]]).unwrap());

static GENUINE: LazyLock<String> = LazyLock::new(|| {
    let now = Timestamp::from_secs(1_800_000_000);
    let shard = Shard::parse(b"shard").unwrap();
    let (_, handle) = Sessions::new(RING.clone()).open(shard, None, Terms::DEFAULT, now, now, &[3; 32]);
    RING.seal(&handle)
});

fuzz_target!(|data: &[u8]| {
    assert!(RING.authenticate(data).is_err());

    // The same bytes laid over a genuine handle: only an overlay that changes nothing is accepted.
    let mut text = GENUINE.clone().into_bytes();
    if let Some((at, overlay)) = data.split_first() {
        let at = usize::from(*at) % text.len();
        let end = text.len().min(at + overlay.len());
        text[at..end].copy_from_slice(&overlay[..end - at]);
    }
    assert_eq!(RING.authenticate(&text).is_ok(), text == GENUINE.as_bytes());
});
