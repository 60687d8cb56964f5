//! The bounds on fetching keys: how many fetches at once, how soon after a failure, how often on a stranger's demand.

use super::step::Ticket;
use crate::time::{Timestamp, share};
use core::time::Duration;

/// A fetch that has not been heard of for so long is taken for dead. Longer than what the binding allows a fetch in all,
/// discovery and shared caches included.
pub(super) const LEASE: Duration = Duration::from_secs(6);

/// After so long a second fetch may start beside the first, whose request may have been dropped.
const HEDGE: Duration = Duration::from_secs(1);

/// The first pause after a failure; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// Fetches under way, and the pause after failures. A clock that is set back ends what it can no longer measure: waiting for it
/// to catch up could take for ever.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    running: Vec<Running>,
    tickets: u32,
    /// The newest ticket that brought keys: whoever began before comes too late.
    answered: u32,
    failures: u32,
    paused_until: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    ticket: Ticket,
    started: Timestamp,
    need: Need,
}

/// What a fetch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Keys that are fresh: a shared cache's copy will do.
    Fresh,
    /// The newest keys there are: only the issuer has them.
    Newest,
}

impl Running {
    fn is_alive(&self, now: Timestamp) -> bool {
        self.started <= now && now - self.started < LEASE
    }
}

impl Fetching {
    /// A ticket, unless enough fetches are under way or it is too soon after a failure.
    pub(super) fn begin(&mut self, now: Timestamp, need: Need) -> Option<Ticket> {
        self.running.retain(|running| running.is_alive(now));
        // The pause holds for a second fetch too: else two callers of a server that hangs would keep each other fetching.
        let is_hedge_due = match self.running.as_slice() {
            [] => true,
            [first] => now - first.started >= HEDGE,
            _ => false,
        };
        let affordable = is_hedge_due && !self.is_backing_off(now);
        affordable.then(|| {
            // 0 is no ticket.
            self.tickets = self.tickets.wrapping_add(1).max(1);
            let ticket = Ticket(self.tickets);
            self.running.push(Running { ticket, started: now, need });
            ticket
        })
    }

    pub(super) fn is_running(&self, now: Timestamp) -> bool {
        self.running.iter().any(|running| running.is_alive(now))
    }

    pub(super) fn is_backing_off(&self, now: Timestamp) -> bool {
        now < self.paused_until && self.paused_until - now <= LAST_PAUSE
    }

    /// What the fetch is for, and when it began, if it is still under way by that clock.
    pub(super) fn find(&self, ticket: Ticket) -> Option<(Need, Timestamp)> {
        let found = self.running.iter().find(|running| running.ticket == ticket);
        found.map(|running| (running.need, running.started))
    }

    /// Whether an answer to this ticket is news: it was given out, and no later fetch has brought keys.
    pub(super) fn is_news(&self, ticket: Ticket) -> bool {
        let is_after = |a: u32, b: u32| (a.wrapping_sub(b) as i32) > 0;
        ticket.0 != 0 && is_after(ticket.0, self.answered) && !is_after(ticket.0, self.tickets)
    }

    pub(super) fn succeeded(&mut self, ticket: Ticket) {
        self.running.retain(|running| running.ticket != ticket);
        self.answered = ticket.0;
        self.failures = 0;
        self.paused_until = Timestamp::default();
    }

    /// `jitter`, in 0..1, keeps many instances from coming back at once.
    pub(super) fn failed(&mut self, now: Timestamp, ticket: Ticket, jitter: f64) {
        self.running.retain(|running| running.ticket != ticket);
        if !self.is_news(ticket) {
            return;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LAST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        self.paused_until = now + share(pause, 0.5, 1.0, jitter);
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
        let owed = self.full_at - now;
        // More than the bucket holds is owed only after the clock was set back.
        owed <= REFILL * (BURST - 1) || owed > REFILL * BURST
    }

    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        let available = self.is_available(now);
        if available {
            let empty_until = now + REFILL * BURST;
            self.full_at = if self.full_at > empty_until { now } else { self.full_at.max(now) } + REFILL;
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
        let is_recent = |since: Timestamp| since <= now && now - since < FORGET_AFTER;
        kid.len() > MAX_KID || self.0.iter().any(|(known, since)| known == kid && is_recent(*since))
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
        assert!(fetching.begin(at(10), Need::Fresh).is_some());
        assert!(fetching.begin(at(10), Need::Fresh).is_none());
        assert!(fetching.begin(at(11), Need::Fresh).is_some());
        assert!(fetching.begin(at(15), Need::Fresh).is_none());
        assert!(fetching.begin(at(16), Need::Fresh).is_some());
    }

    #[test]
    fn a_failure_beside_a_running_fetch_is_followed_by_a_pause() {
        let mut fetching = Fetching::default();
        let first = fetching.begin(at(10), Need::Fresh).unwrap();
        assert!(fetching.begin(at(11), Need::Fresh).is_some());
        fetching.failed(at(15), first, 1.0);
        assert!(fetching.begin(at(15), Need::Fresh).is_none());
        assert!(fetching.begin(at(16), Need::Fresh).is_some());
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let mut fetching = Fetching::default();
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let ticket = fetching.begin(now, Need::Fresh).unwrap();
            fetching.failed(now, ticket, 1.0);
            pauses.push((fetching.paused_until - now).as_secs());
            assert!(fetching.begin(fetching.paused_until - Duration::from_millis(1), Need::Fresh).is_none());
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

    #[test]
    fn an_answer_is_news_once_and_only_until_a_later_one_came() {
        let mut fetching = Fetching::default();
        assert!(!fetching.is_news(Ticket(0)) && !fetching.is_news(Ticket(1)), "never given out");
        let first = fetching.begin(at(10), Need::Fresh).unwrap();
        let second = fetching.begin(at(11), Need::Newest).unwrap();
        assert_eq!(fetching.find(second), Some((Need::Newest, at(11))));
        fetching.succeeded(second);
        assert!(!fetching.is_news(first) && !fetching.is_news(second));
        // The failure of what came too late is no reason to pause.
        fetching.failed(at(12), first, 1.0);
        assert!(!fetching.is_backing_off(at(12)));
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let mut fetching = Fetching::default();
        let mut bucket = Refetches::default();
        let mut unknown = UnknownKids::default();
        let ticket = fetching.begin(at(1_000_000), Need::Fresh).unwrap();
        assert!(!fetching.is_running(at(1000)));
        fetching.failed(Timestamp::NEVER, ticket, 1.0);
        assert!(fetching.begin(at(1000), Need::Fresh).is_some());
        while bucket.take(at(1_000_000)) {}
        assert_eq!((0..10).filter(|_| bucket.take(at(1000))).count(), 3);
        unknown.remember(at(1_000_000), Some("kid"));
        assert!(!unknown.contains(at(1000), Some("kid")));
    }
}
