//! The two clocks of a browser, and deadlines that either of them can bring about.
//!
//! A monotonic clock stops while the machine sleeps (in several engines); a wall clock can be set back. A deadline has
//! passed as soon as one of the two says so, so that neither sleep nor a changed clock lengthens a token's life.

use crate::time::Timestamp;
use core::time::Duration;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The wall clock (`Date.now()`).
    pub wall: Timestamp,
    /// Time since an arbitrary start that never runs backwards (`performance.now()`).
    pub monotonic: Duration,
}

impl From<Timestamp> for Clock {
    /// Both clocks in step: virtual time, as simulations have it.
    fn from(now: Timestamp) -> Self {
        Clock { wall: now, monotonic: Duration::from_millis(now.as_millis()) }
    }
}

/// A point in time on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Clock);

impl Deadline {
    /// `delay` after `now`.
    pub fn after(now: Clock, delay: Duration) -> Self {
        Deadline(Clock { wall: now.wall + delay, monotonic: now.monotonic.saturating_add(delay) })
    }

    /// Whether either clock has reached it.
    pub fn passed(&self, now: Clock) -> bool {
        now.wall >= self.0.wall || now.monotonic >= self.0.monotonic
    }

    /// How long until the first of the two clocks reaches it; zero if one has.
    pub fn remaining(&self, now: Clock) -> Duration {
        (self.0.wall - now.wall).min(self.0.monotonic.saturating_sub(now.monotonic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn sleep_counts_although_the_monotonic_clock_stood_still() {
        let now = Clock::from(Timestamp::from_secs(1_000));
        let deadline = Deadline::after(now, MINUTE);
        assert!(!deadline.passed(now));
        assert!(deadline.passed(Clock { wall: now.wall + MINUTE, ..now }));
    }

    #[test]
    fn a_wall_clock_set_back_does_not_lengthen_a_deadline() {
        let now = Clock::from(Timestamp::from_secs(10_000));
        let deadline = Deadline::after(now, MINUTE);
        let set_back = Clock { wall: Timestamp::from_secs(1), monotonic: now.monotonic + MINUTE / 2 };
        assert_eq!(deadline.remaining(set_back), MINUTE / 2);
        assert!(deadline.passed(Clock { monotonic: now.monotonic + MINUTE, ..set_back }));
    }
}
