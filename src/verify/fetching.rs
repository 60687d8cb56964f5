//! The bounds on fetching keys: how many fetches at once, how soon after a failure, how often on a stranger's demand.

use super::key_set::Ticket;
use crate::time::Timestamp;
use core::time::Duration;

/// A fetch that has not been heard of for so long is taken for dead. Longer than the binding's own timeout.
const LEASE: Duration = Duration::from_secs(6);

/// After so long a second fetch may start beside the first, whose request may have been dropped.
const HEDGE: Duration = Duration::from_secs(1);

/// The first pause after a failure; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// Fetches under way, and the pause after failures.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    running: Vec<(Ticket, Timestamp)>,
    tickets: u32,
    failures: u32,
    paused_until: Timestamp,
}

impl Fetching {
    /// A ticket, unless enough fetches are under way or it is too soon after a failure.
    pub(super) fn begin(&mut self, now: Timestamp) -> Option<Ticket> {
        self.running.retain(|(_, started)| now - *started < LEASE);
        // The pause holds for a second fetch too: else two callers of a server that hangs would keep each other fetching.
        let is_hedge_due = match self.running.as_slice() {
            [] => true,
            [(_, started)] => now - *started >= HEDGE,
            _ => false,
        };
        let affordable = is_hedge_due && now >= self.paused_until;
        affordable.then(|| {
            // 0 is no ticket.
            self.tickets = self.tickets.wrapping_add(1).max(1);
            self.running.push((Ticket(self.tickets), now));
            Ticket(self.tickets)
        })
    }

    pub(super) fn is_running(&self, now: Timestamp) -> bool {
        self.running.iter().any(|(_, started)| now - *started < LEASE)
    }

    pub(super) fn is_backing_off(&self, now: Timestamp) -> bool {
        now < self.paused_until
    }

    pub(super) fn succeeded(&mut self, ticket: Ticket) {
        self.running.retain(|(running, _)| *running != ticket);
        self.failures = 0;
        self.paused_until = Timestamp::default();
    }

    /// `jitter`, in 0..1, keeps many instances from coming back at once.
    pub(super) fn failed(&mut self, now: Timestamp, ticket: Ticket, jitter: f64) {
        self.running.retain(|(running, _)| *running != ticket);
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LAST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        self.paused_until = now + pause.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0));
    }
}

/// Fetches that tokens may cause: one every 30 s, three at once after a quiet time.
#[derive(Debug, Default)]
pub(super) struct Refetches {
    /// The bucket is full from then on.
    full_at: Timestamp,
}

const REFILL: Duration = Duration::from_secs(30);
const BURST: u32 = 3;

impl Refetches {
    pub(super) fn is_available(&self, now: Timestamp) -> bool {
        self.full_at - now <= REFILL * (BURST - 1)
    }

    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        let available = self.is_available(now);
        if available {
            self.full_at = self.full_at.max(now) + REFILL;
        }
        available
    }
}

/// Key ids that a recent fetch did not bring.
#[derive(Debug, Default)]
pub(super) struct UnknownKids(Vec<(String, Timestamp)>);

const MAX_UNKNOWN: usize = 64;

/// A longer key id is never worth a fetch.
const MAX_KID: usize = 256;

/// An issuer that signs before it publishes is asked again after this.
const FORGET_AFTER: Duration = Duration::from_secs(30);

impl UnknownKids {
    pub(super) fn contains(&self, now: Timestamp, kid: Option<&str>) -> bool {
        let kid = kid.unwrap_or_default();
        kid.len() > MAX_KID || self.0.iter().any(|(known, since)| known == kid && now - *since < FORGET_AFTER)
    }

    pub(super) fn remember(&mut self, now: Timestamp, kid: Option<&str>) {
        let kid = kid.unwrap_or_default();
        if self.contains(now, Some(kid)) {
            return;
        }
        self.0.retain(|(known, since)| known != kid && now - *since < FORGET_AFTER);
        if self.0.len() == MAX_UNKNOWN {
            self.0.remove(0);
        }
        self.0.push((kid.to_owned(), now));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn the_bucket_gives_three_and_then_one_every_thirty_seconds() {
        let mut bucket = Refetches::default();
        let given = (0..300).filter(|second| bucket.take(at(1000 + second))).count();
        assert_eq!(given, 3 + 9);
        assert!(!bucket.take(at(1299)));
    }

    #[test]
    fn at_most_two_fetches_run_at_once_and_a_dead_one_is_given_up() {
        let mut fetching = Fetching::default();
        assert!(fetching.begin(at(10)).is_some());
        assert!(fetching.begin(at(10)).is_none());
        assert!(fetching.begin(at(11)).is_some());
        assert!(fetching.begin(at(15)).is_none());
        assert!(fetching.begin(at(16)).is_some());
    }

    #[test]
    fn a_failure_beside_a_running_fetch_is_followed_by_a_pause() {
        let mut fetching = Fetching::default();
        let first = fetching.begin(at(10)).unwrap();
        assert!(fetching.begin(at(11)).is_some());
        fetching.failed(at(15), first, 1.0);
        assert!(fetching.begin(at(15)).is_none());
        assert!(fetching.begin(at(16)).is_some());
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let mut fetching = Fetching::default();
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let ticket = fetching.begin(now).unwrap();
            fetching.failed(now, ticket, 1.0);
            pauses.push((fetching.paused_until - now).as_secs());
            assert!(fetching.begin(fetching.paused_until - Duration::from_millis(1)).is_none());
            now = fetching.paused_until;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn unknown_kids_are_bounded_and_forgotten() {
        let mut unknown = UnknownKids::default();
        for i in 0..10_000 {
            unknown.remember(at(1), Some(&format!("kid-{i}")));
        }
        assert_eq!(unknown.0.len(), MAX_UNKNOWN);
        assert!(unknown.contains(at(1), Some("kid-9999")));
        assert!(!unknown.contains(at(31), Some("kid-9999")));
        assert!(unknown.contains(at(1), Some(&"k".repeat(MAX_KID + 1))));
        unknown.clear();
        assert!(!unknown.contains(at(1), Some("kid-9999")));
    }
}
