//! What must hold for any bytes, and for any history of any handles at any times.
#![cfg(feature = "session")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

use core::time::Duration;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;
use strongroom::session::{
    self, Attempt, End, Handle, KeyRing, Outcome, Record, Request, Sessions, Shard, Terms, Timing, guard,
    read_cookie,
};
use strongroom::time::Timestamp;

const LOGIN: Timestamp = Timestamp::from_secs(1_800_000_000);

fn sessions() -> Sessions {
    Sessions::new(KeyRing::new([[1; 32]]).unwrap())
}

fn open() -> (Record, Handle) {
    let shard = Shard::parse(b"s").unwrap();
    sessions().open(shard, None, Terms::DEFAULT, LOGIN, LOGIN, &[7; 32])
}

proptest! {
    #[test]
    fn any_cookie_header_is_refused_by_type(header in vec(any::<u8>(), 0..300)) {
        let located = sessions().locate(Some(&header));
        prop_assert!(matches!(located, Err(End::Missing | End::Malformed | End::Unknown)));
    }

    #[test]
    fn any_value_of_the_cookie_is_refused_by_type(value in "[A-Za-z0-9_.-]{0,120}") {
        let header = format!("{}={value}", session::COOKIE);
        prop_assert_eq!(read_cookie(header.as_bytes()), Ok(value.as_bytes()));
        let located = sessions().locate(Some(header.as_bytes()));
        prop_assert!(matches!(located, Err(End::Malformed | End::Unknown)));
    }

    #[test]
    fn any_stored_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..600), versioned in any::<bool>()) {
        let mut bytes = bytes;
        if let (true, Some(first)) = (versioned, bytes.first_mut()) {
            *first %= 3;
        }
        let text = strongroom::jose::base64url::encode(&bytes);
        if let Ok(record) = Record::decode(text.as_bytes()) {
            prop_assert_eq!(Record::decode(record.encode().as_bytes()), Ok(record));
        }
        let _ = Record::decode(&bytes);
    }

    #[test]
    fn any_request_passes_or_is_refused(parts in vec(proptest::option::of(vec(any::<u8>(), 0..40)), 5)) {
        let part = |index: usize| parts[index].as_deref();
        let request = Request {
            method: part(0).unwrap_or(b"POST"),
            origin: part(1),
            fetch_site: part(2),
            content_type: part(3),
            attempt: part(4),
        };
        prop_assert!(guard(&request, ["https://app.example.com"]).is_err());
    }

    #[test]
    fn the_rules_hold_in_any_history(steps in vec((0usize..12, 0u8..24, 0u64..200_000, any::<[bool; 2]>()), 1..120)) {
        let (mut record, first) = open();
        let absolute = record.absolute_expiry();
        let mut handles = vec![first];
        let mut rotated = HashMap::<Handle, u32>::new();
        let mut now = LOGIN;
        for (step, (back, id, wait, [close, unclose])) in steps.into_iter().enumerate() {
            now = now + Duration::from_millis(wait);
            let presented = handles[handles.len().saturating_sub(1 + back)];
            if close && unclose && step % 16 == 0 {
                record.close(&presented, now, &Timing::DEFAULT);
            }
            let salt = (step as u64 + 1).to_be_bytes();
            let decision = session::decide(&record, &presented, Attempt([id; 16]), now, &Timing::DEFAULT, salt);
            let serves = decision.outcome.serves();

            // Losers and failures carry no cookie, and nothing is served without a write.
            prop_assert!(serves || decision.cookie.is_none());
            prop_assert_eq!(serves || decision.outcome == Outcome::Reuse, decision.write.is_some());
            // Nothing after the end.
            prop_assert!(!(serves && record.is_revoked()));
            // A handle is rotated once.
            if decision.outcome == Outcome::Rotated {
                let count = rotated.entry(presented).or_default();
                *count += 1;
                prop_assert_eq!(*count, 1);
            }
            if let Some(write) = decision.write {
                prop_assert_eq!(write.absolute_expiry(), absolute);
                prop_assert!(write.idle_expiry() <= absolute);
                prop_assert!(write.idle_expiry() >= record.idle_expiry());
                prop_assert!(write.minted() >= record.minted());
                prop_assert!(write.is_revoked() || !record.is_revoked());
                prop_assert!(Record::decode(write.encode().as_bytes()).is_ok_and(|read| read == write));
                record = write;
            }
            handles.extend(decision.cookie.filter(|cookie| !handles.contains(cookie)));
        }
    }
}
