//! Any bytes as a stored record: refused by type, or read, kept and decided about without a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom::jose::base64url;
use strongroom::session::{Attempt, Handle, KeyRing, Record, Sessions, Shard, Terms};
use strongroom::time::Timestamp;

static SESSIONS: LazyLock<Sessions> = LazyLock::new(|| Sessions::new(KeyRing::new([[1u8; 32]]).unwrap()));

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fuzz_target!(|data: &[u8]| {
    let _ = Record::decode(data);
    let text = base64url::encode(data);
    let Ok(record) = Record::decode(text.as_bytes()) else { return };
    assert_eq!(Record::decode(record.encode().as_bytes()).as_ref(), Ok(&record));

    let shard = Shard::parse(b"s").unwrap();
    let (_, handle): (_, Handle) =
        SESSIONS.open(shard, Some(*record.family()), Terms::DEFAULT, NOW, NOW, &[3; 32]);
    for attempt in [[0; 16], [0xff; 16]] {
        let decision = SESSIONS.decide(text.as_bytes(), &handle, Attempt(attempt), NOW, &[5; 32]);
        if let Some(write) = decision.write {
            assert_eq!(write.absolute_expiry(), record.absolute_expiry());
            assert_eq!(Record::decode(write.encode().as_bytes()).as_ref(), Ok(&write));
        }
    }
});
