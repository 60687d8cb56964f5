//! The stored form of a record: it round-trips, an older version migrates, and an unreadable one ends only its session.
#![cfg(feature = "session")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

use core::time::Duration;
use strongroom::session::{
    Alert, Attempt, End, Family, KeyRing, Outcome, Record, Sessions, Shard, Terms, Unreadable,
};
use strongroom::time::Timestamp;

fn sessions() -> Sessions {
    Sessions::new(KeyRing::new([[1; 32]]).unwrap())
}

const LOGIN: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A record as version 1 stored it: opened at `LOGIN` for family 0x11…, rotated once by attempt 0xaa… at 480 s.
fn version_1() -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend([0x11; 16]); // family
    bytes.push(2); // minted
    bytes.extend([1, 1]); // parent: some, number 1
    bytes.extend([0x21; 8]);
    bytes.extend([1, 2]); // one child, number 2
    bytes.extend([0x22; 8]);
    bytes.extend(number(LOGIN.as_millis() + 480_000));
    bytes.push(1);
    bytes.extend([0xaa; 16]);
    bytes.push(0); // not presented
    bytes.push(0); // nothing spent before
    bytes.push(1); // one attempt
    bytes.extend([0xaa; 16]);
    bytes.extend(number(LOGIN.as_millis()));
    bytes.extend(number(86_400_000)); // idle
    bytes.extend(number(LOGIN.as_millis() + 86_880_000));
    bytes.extend(number(LOGIN.as_millis() + 864_000_000));
    bytes.push(0); // not revoked
    bytes
}

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn text(bytes: &[u8]) -> String {
    strongroom::jose::base64url::encode(bytes)
}

#[test]
fn version_1_migrates() {
    let record = Record::decode(text(&version_1()).as_bytes()).unwrap();
    assert_eq!(record.family(), &Family([0x11; 16]));
    assert_eq!((record.minted(), record.is_revoked()), (2, false));
    assert_eq!(record.auth_time(), LOGIN);
    assert_eq!(record.absolute_expiry(), LOGIN + Duration::from_secs(864_000));
    let rewritten = record.encode();
    assert_ne!(rewritten.as_bytes()[0], b'A' + 1);
    assert_eq!(Record::decode(rewritten.as_bytes()), Ok(record));
}

#[test]
fn damaged_and_unknown_texts_are_unreadable() {
    let good = version_1();
    for length in 0..good.len() {
        assert_eq!(Record::decode(text(&good[..length]).as_bytes()), Err(Unreadable), "cut at {length}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(Record::decode(text(&longer).as_bytes()), Err(Unreadable));
    for version in [0, 3, 255] {
        let mut other = good.clone();
        other[0] = version;
        assert_eq!(Record::decode(text(&other).as_bytes()), Err(Unreadable));
    }
    for noise in ["", "=", "é", "{}"] {
        assert_eq!(Record::decode(noise.as_bytes()), Err(Unreadable));
    }
}

#[test]
fn an_unreadable_record_ends_only_its_own_session() {
    let sessions = sessions();
    let shard = Shard::parse(b"s").unwrap();
    let (record, handle) = sessions.open(shard, None, Terms::DEFAULT, LOGIN, LOGIN, &[1; 32]);
    let now = LOGIN + Duration::from_secs(480);

    let decision = sessions.decide(b"damaged", &handle, Attempt([1; 16]), now, &[2; 32]);
    assert_eq!(decision.outcome, Outcome::Ended(End::Unknown));
    assert_eq!(decision.alert, Some(Alert::RecordUnreadable));
    assert_eq!((decision.write, decision.cookie), (None, None));
    assert_eq!(sessions.inspect(b"damaged", &handle, now), Err(End::Unknown));

    let decision = sessions.decide(record.encode().as_bytes(), &handle, Attempt([1; 16]), now, &[2; 32]);
    assert_eq!(decision.outcome, Outcome::Rotated);
}

#[test]
fn looking_changes_nothing_and_sees_what_decide_sees() {
    let sessions = sessions();
    let shard = Shard::parse(b"s").unwrap();
    let (record, first) = sessions.open(shard, None, Terms::DEFAULT, LOGIN, LOGIN, &[1; 32]);
    let at = |seconds| LOGIN + Duration::from_secs(seconds);
    let stored = record.encode();
    assert_eq!(sessions.inspect(stored.as_bytes(), &first, at(480)), Ok(record));

    // An attempt id of zeros is a client's to choose; it must not make reading lenient.
    let zero = Attempt([0; 16]);
    let rotated = sessions.decide(stored.as_bytes(), &first, zero, at(480), &[2; 32]);
    let second = rotated.cookie.unwrap();
    let rotated =
        sessions.decide(rotated.write.unwrap().encode().as_bytes(), &second, zero, at(960), &[3; 32]);
    let stored = rotated.write.unwrap().encode();
    assert_eq!(sessions.inspect(stored.as_bytes(), &first, at(1_440)), Err(End::Reuse));

    let mut revoked = Record::decode(stored.as_bytes()).unwrap();
    revoked.revoke();
    let stored = revoked.encode();
    assert_eq!(sessions.inspect(stored.as_bytes(), &second, at(961)), Err(End::Revoked));
    assert_eq!(
        sessions.inspect(stored.as_bytes(), &second, LOGIN + Terms::DEFAULT.absolute),
        Err(End::Revoked)
    );
}
