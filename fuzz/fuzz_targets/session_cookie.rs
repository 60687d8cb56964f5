//! Any bytes as a request's headers: refused by type, and what is located was sealed by us.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom::session::{COOKIE, Family, KeyRing, Request, Sessions, Shard, guard, read_cookie};

static SESSIONS: LazyLock<Sessions> = LazyLock::new(|| Sessions::new(KeyRing::new([[1u8; 32]]).unwrap()));

fuzz_target!(|data: &[u8]| {
    assert!(SESSIONS.locate(Some(data)).is_err());
    let header = [COOKIE.as_bytes(), b"=", data].concat();
    assert!(SESSIONS.locate(Some(&header)).is_err());
    if let Ok(value) = read_cookie(&header) {
        assert!(!value.contains(&b';') && value.len() <= data.len());
    }

    let mut parts = data.split(|byte| *byte == b'\n');
    let request = Request {
        method: parts.next().unwrap_or_default(),
        origin: parts.next(),
        fetch_site: parts.next(),
        content_type: parts.next(),
        attempt: parts.next(),
    };
    if guard(&request, ["https://app.example.com"]).is_ok() {
        assert_eq!(request.origin, Some(b"https://app.example.com".as_slice()));
    }
    let _ = (Shard::parse(data), Family::parse(data));
});
