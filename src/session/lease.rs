//! The fenced lease on a provider's refresh token: who may use it, and what its outcome does to the session's row. Pure
//! functions; the endpoints read, compare and swap, and ask the provider.
//!
//! A strict provider ends everything when it sees one refresh token twice. So whoever asks it holds a lease in the row, taken
//! by compare-and-swap, and the token that the provider gives next is written before anybody is answered. Access tokens
//! are renewed ahead of time: those who do not hold the lease still have the old one to answer with.
//!
//! ```
//! use core::time::Duration;
//! use strongroom::session::lease::{Access, Step, next};
//! use strongroom::time::Timestamp;
//!
//! let at = Timestamp::from_millis;
//! let access = Access { expires: at(600_000), lifetime: Duration::from_secs(600) };
//! let patience = Duration::from_secs(25);
//! assert_eq!(next(Some(access), None, true, at(60_000), patience), Step::Give);
//! let Step::Ask(lease) = next(Some(access), None, true, at(400_000), patience) else { panic!() };
//! assert_eq!(next(Some(access), Some(lease), true, at(400_001), patience), Step::GiveOld);
//! assert_eq!(next(None, Some(lease), true, at(400_001), patience), Step::Wait);
//! ```

use crate::time::Timestamp;
use core::time::Duration;

/// An access token with less of its life left than this is renewed, in percent.
pub const FRESH_PERCENT: u128 = 40;
/// One with less left than this is not given out at all, in percent.
pub const USABLE_PERCENT: u128 = 10;
/// What a lease lasts beyond the provider's patience: the time to write the outcome.
pub const MARGIN: Duration = Duration::from_secs(2);
/// After an unknown outcome: how long nobody uses the refresh token, so that the provider can finish.
pub const PAUSE: Duration = Duration::from_secs(2);

/// A cached access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// When it expires, by the store's clock.
    pub expires: Timestamp,
    /// How long it lived when it was new.
    pub lifetime: Duration,
}

impl Access {
    fn has(&self, percent: u128, now: Timestamp) -> bool {
        let left = u128::from(self.expires.as_millis().saturating_sub(now.as_millis()));
        left > 0 && left * 100 >= self.lifetime.as_millis() * percent
    }
}

/// The right to use the refresh token. Of two holders the one with the lower number never writes over the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Counts up with each holder.
    pub number: u64,
    /// When it ends, by the store's clock; the epoch once it has been given back.
    pub until: Timestamp,
}

/// What to do about a wanted access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give the cached one: it is fresh.
    Give,
    /// Give the cached one, although it gets old: somebody is renewing it, or nobody can.
    GiveOld,
    /// Take this lease by compare-and-swap, then ask the provider; on a lost swap begin again.
    Ask(Lease),
    /// Somebody asks the provider: look again soon.
    Wait,
    /// The provider no longer honours the session.
    Reauth,
}

/// The next step. `has_token`: there is a refresh token. `patience`: how long a use of it may take.
pub fn next(
    access: Option<Access>,
    lease: Option<Lease>,
    has_token: bool,
    now: Timestamp,
    patience: Duration,
) -> Step {
    if access.is_some_and(|access| access.has(FRESH_PERCENT, now)) {
        return Step::Give;
    }
    let old = access.is_some_and(|access| access.has(USABLE_PERCENT, now));
    match lease {
        Some(lease) if lease.until > now => return if old { Step::GiveOld } else { Step::Wait },
        _ if has_token => {}
        _ => return if old { Step::GiveOld } else { Step::Reauth },
    }
    let number = lease.map_or(0, |lease| lease.number) + 1;
    Step::Ask(Lease { number, until: now + patience + MARGIN })
}

/// How using a refresh token went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is an access token, and perhaps the next refresh token.
    Granted,
    /// No access token, but the next refresh token.
    Rotated,
    /// The provider no longer honours the refresh token.
    Ended,
    /// The provider did not use it.
    Unused,
    /// It may have been used, and the next one may be lost.
    Unknown,
}

/// What becomes of the row's upstream side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// What was given is written, under the holder's number.
    Store,
    /// The refresh token is forgotten.
    Forget,
    /// Nothing.
    Keep,
}

/// A holder's write: by compare-and-swap on the row that it was made from. Lost: read again, and settle again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What becomes of the tokens.
    pub change: Change,
    /// The lease as it stands afterwards.
    pub lease: Option<Lease>,
}

/// Gives the lease `held` back with its outcome. `before` and `written` are the numbers of the last holder that stored anything,
/// when the lease was taken and now; `current` is the row's lease now. None: a later holder has written, and its state stands.
pub fn settle(
    held: Lease,
    before: u64,
    written: u64,
    current: Option<Lease>,
    outcome: Outcome,
    now: Timestamp,
) -> Option<Settled> {
    if written > held.number {
        return None;
    }
    let change = match outcome {
        Outcome::Granted | Outcome::Rotated => Change::Store,
        // A holder before this one may have been late and lucky: what it stored counts.
        Outcome::Ended if written == before => Change::Forget,
        Outcome::Ended | Outcome::Unused | Outcome::Unknown => Change::Keep,
    };
    let until = if outcome == Outcome::Unknown { now + PAUSE } else { Timestamp::from_millis(0) };
    let lease =
        current.map(|lease| if lease.number == held.number { Lease { until, ..lease } } else { lease });
    Some(Settled { change, lease })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(25);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + seconds * 1000)
    }

    fn access(left: u64) -> Option<Access> {
        Some(Access { expires: at(left), lifetime: Duration::from_secs(100) })
    }

    #[test]
    fn a_token_is_fresh_then_old_then_of_no_use() {
        let other = Some(Lease { number: 4, until: at(1) });
        let ask = Step::Ask(Lease { number: 1, until: at(27) });
        for (left, free, taken) in [
            (100, Step::Give, Step::Give),
            (40, Step::Give, Step::Give),
            (39, ask, Step::GiveOld),
            (10, ask, Step::GiveOld),
            (9, ask, Step::Wait),
            (0, ask, Step::Wait),
        ] {
            assert_eq!(next(access(left), None, true, at(0), PATIENCE), free, "{left}");
            assert_eq!(next(access(left), other, true, at(0), PATIENCE), taken, "{left}");
        }
        assert_eq!(next(None, None, false, at(0), PATIENCE), Step::Reauth);
        assert_eq!(next(access(20), None, false, at(0), PATIENCE), Step::GiveOld);
    }

    #[test]
    fn a_lease_that_is_over_is_taken_with_the_next_number() {
        let dead = Some(Lease { number: 4, until: at(0) });
        assert_eq!(next(None, dead, true, at(0), PATIENCE), Step::Ask(Lease { number: 5, until: at(27) }));
    }

    #[test]
    fn tokens_without_a_life_are_never_given() {
        let none = Some(Access { expires: at(0), lifetime: Duration::ZERO });
        assert!(matches!(next(none, None, true, at(0), PATIENCE), Step::Ask(_)));
    }

    #[test]
    fn outcomes_are_fenced() {
        let held = Lease { number: 2, until: at(27) };
        let back = Lease { until: Timestamp::from_millis(0), ..held };
        let settled = |change, lease| Some(Settled { change, lease: Some(lease) });
        assert_eq!(settle(held, 1, 1, Some(held), Outcome::Granted, at(1)), settled(Change::Store, back));
        assert_eq!(settle(held, 1, 1, Some(held), Outcome::Ended, at(1)), settled(Change::Forget, back));
        assert_eq!(settle(held, 1, 1, Some(held), Outcome::Unused, at(1)), settled(Change::Keep, back));
        let paused = Lease { until: at(3), ..held };
        assert_eq!(settle(held, 1, 1, Some(held), Outcome::Unknown, at(1)), settled(Change::Keep, paused));
        // Late: the lease is another's by now, and stays so; what was given counts until that other has written.
        let other = Lease { number: 3, until: at(60) };
        assert_eq!(settle(held, 1, 1, Some(other), Outcome::Granted, at(30)), settled(Change::Store, other));
        assert_eq!(settle(held, 1, 3, Some(other), Outcome::Granted, at(30)), None);
        assert_eq!(settle(other, 1, 2, Some(other), Outcome::Ended, at(40)).unwrap().change, Change::Keep);
    }
}
