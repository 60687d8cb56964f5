//! How long one refresh takes the server's core: from the cookie and the stored text to the answer and the new text.

use crate::policy::start;
use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;
use strongroom::session::{
    Attempt, COOKIE, KeyRing, KeyRingError, Record, Sessions, Shard, Terms, Timing, decide,
};

/// One measurement.
pub struct Measured {
    /// Of what.
    pub name: &'static str,
    /// The best of several rounds: nanoseconds of one.
    pub nanos: f64,
}

/// Measures on one core, in rounds shorter than a time slice. The best round is taken: what disturbs a round only ever makes it slower.
pub fn measure() -> Result<Vec<Measured>, KeyRingError> {
    let keys = KeyRing::new([[1; 32], [2; 32]])?;
    let sessions = Sessions::new(keys.clone());
    let shard = Shard::parse(b"shard").ok_or(KeyRingError::Empty)?;
    let (mut record, mut handle) = sessions.open(shard, None, Terms::DEFAULT, start(), start(), &[0; 32]);
    // A session that has been refreshed for a while: its lists are full.
    let mut now = start();
    for turn in 0..40u8 {
        now = now + Duration::from_secs(240);
        let decision = decide(&record, &handle, Attempt([turn; 16]), now, &Timing::DEFAULT, [turn; 8]);
        (record, handle) = (decision.write.unwrap_or(record), decision.cookie.unwrap_or(handle));
    }
    now = now + Duration::from_secs(240);
    let (stored, cookie) = (record.encode(), format!("{COOKIE}={}", keys.seal(&handle)));
    let attempt = Attempt([200; 16]);
    let timing = Timing::DEFAULT;

    let refresh = || -> Option<(String, String)> {
        let located = sessions.locate(Some(black_box(cookie.as_bytes()))).ok()?;
        let decision = sessions.decide(black_box(stored.as_bytes()), &located, attempt, now, &[9; 32]);
        let write = decision.write?;
        Some((write.encode(), sessions.set_cookie(&decision.cookie?, &write, now)))
    };
    Ok(vec![
        best("authenticate a cookie (MAC)", || sessions.locate(Some(black_box(cookie.as_bytes())))),
        best("decide, record and handle in memory", || {
            decide(black_box(&record), black_box(&handle), attempt, now, &timing, [9; 8])
        }),
        best("decode and encode a record", || {
            Record::decode(black_box(stored.as_bytes())).map(|read| read.encode())
        }),
        best("one refresh, text to text, with MAC", refresh),
    ])
}

fn best<T>(name: &'static str, mut work: impl FnMut() -> T) -> Measured {
    const ROUNDS: u32 = 2_000;
    const TIMES: u32 = 100;
    let round = |_| {
        let started = Instant::now();
        (0..TIMES).for_each(|_| drop(black_box(work())));
        started.elapsed().as_nanos() as f64 / f64::from(TIMES)
    };
    Measured { name, nanos: (0..ROUNDS).map(round).fold(f64::MAX, f64::min) }
}
