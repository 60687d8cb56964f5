//! The decision: what a presented handle is answered, and what the record becomes. A pure function.
//!
//! Calling contract: load the record, decide, obtain the access token if [`Outcome::serves`], commit `write` by a
//! compare-and-swap on the record's version, and only then answer. If the swap fails, load and decide again. `now` is
//! the store's time.

use super::handle::{Handle, Mint, SALT};
use super::record::{Attempt, Child, Forward, Record, Ring, Spent};
use super::rules::{Facts, Place, Rule};
use super::timing::Timing;
use crate::time::Timestamp;

/// What the client is told, as the `strongroom-outcome` header names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Access token and new cookie.
    Rotated,
    /// Access token; the cookie is young enough.
    NoRotate,
    /// Access token, and the cookie of the answer that was lost.
    Replay,
    /// Access token; the jar gets, or has, the cookie of the attempt that won.
    Coalesced,
    /// Access token and a new cookie in place of those that were lost.
    Recovered,
    /// Too late: nothing. The client simply tries anew with what its jar holds by then.
    Duplicate,
    /// Two jars hold this family. It is revoked.
    Reuse,
    /// There is no such session, or no longer.
    Ended(End),
}

impl Outcome {
    /// Whether an access token may be given.
    pub const fn serves(self) -> bool {
        match self {
            Outcome::Rotated
            | Outcome::NoRotate
            | Outcome::Replay
            | Outcome::Coalesced
            | Outcome::Recovered => true,
            Outcome::Duplicate | Outcome::Reuse | Outcome::Ended(_) => false,
        }
    }

    /// The value of the `strongroom-outcome` header.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Rotated => "rotated",
            Outcome::NoRotate => "no_rotate",
            Outcome::Replay => "replay",
            Outcome::Coalesced => "coalesced",
            Outcome::Recovered => "recovered",
            Outcome::Duplicate => "duplicate",
            Outcome::Reuse => "reuse",
            Outcome::Ended(_) => "ended",
        }
    }
}

/// Why there is no session: the `reason` member of `session_ended`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// No cookie came.
    Missing,
    /// The cookie does not hold a handle.
    Malformed,
    /// The handle is not one of ours, or its record is gone.
    Unknown,
    /// Idle for too long, or at the end of its absolute life.
    Expired,
    /// Logged out.
    Revoked,
    /// Just revoked, because this handle was evidence of a second jar.
    Reuse,
}

impl End {
    /// Every reason.
    pub const ALL: [End; 6] =
        [End::Missing, End::Malformed, End::Unknown, End::Expired, End::Revoked, End::Reuse];

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        End::ALL.into_iter().find(|end| end.name() == name)
    }

    /// The value of the `reason` member.
    pub const fn name(self) -> &'static str {
        match self {
            End::Missing => "missing",
            End::Malformed => "malformed",
            End::Unknown => "unknown",
            End::Expired => "expired",
            End::Revoked => "revoked",
            End::Reuse => "reuse",
        }
    }
}

/// What an operator should hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alert {
    /// A family was revoked because two jars held it.
    Reuse,
    /// A handle proved that the store lost writes.
    LostWrites,
    /// A stored record could not be read; its session ended.
    RecordUnreadable,
}

impl Alert {
    /// A stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Alert::Reuse => "reuse",
            Alert::LostWrites => "lost_writes",
            Alert::RecordUnreadable => "record_unreadable",
        }
    }
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The rule that decided.
    pub rule: Rule,
    /// What the client is told.
    pub outcome: Outcome,
    /// The record to commit before answering. Every outcome that serves has one, so that nothing is given on the
    /// strength of a stale read.
    pub write: Option<Record>,
    /// The handle to set as cookie, once `write` is committed.
    pub cookie: Option<Handle>,
    /// What to tell the operator, once `write` (if any) is committed.
    pub alert: Option<Alert>,
}

impl Decision {
    /// Rule 1 for a cookie that gives no handle: nothing is looked up or written.
    pub const fn noise(end: End) -> Self {
        Decision { rule: Rule::Unknown, outcome: Outcome::Ended(end), write: None, cookie: None, alert: None }
    }
}

/// Decides about one presented handle: the first rule that matches, applied.
///
/// ```
/// use core::time::Duration;
/// use strongroom::session::{self, Attempt, KeyRing, Outcome, Sessions, Shard, Terms, Timing};
/// use strongroom::time::Timestamp;
///
/// let sessions = Sessions::new(KeyRing::new([[1; 32]])?);
/// let login = Timestamp::from_secs(1_800_000_000);
/// let (record, first) = sessions.open(Shard::parse(b"s").unwrap(), None, Terms::DEFAULT, login, login, &[2; 32]);
///
/// let now = login + Duration::from_secs(480);
/// let decision = session::decide(&record, &first, Attempt([3; 16]), now, &Timing::DEFAULT, [4; 8]);
/// assert_eq!(decision.outcome, Outcome::Rotated);
/// assert!(decision.cookie.is_some());
///
/// // The same attempt again, because the answer was lost: the same cookie again.
/// let record = decision.write.unwrap();
/// let again = session::decide(&record, &first, Attempt([3; 16]), now, &Timing::DEFAULT, [5; 8]);
/// assert_eq!((again.outcome, again.cookie), (Outcome::Replay, decision.cookie));
/// # Ok::<(), session::KeyRingError>(())
/// ```
pub fn decide(
    record: &Record,
    presented: &Handle,
    attempt: Attempt,
    now: Timestamp,
    timing: &Timing,
    salt: [u8; SALT],
) -> Decision {
    let facts = Facts::gather(record, presented, attempt, now, timing);
    apply(Rule::first(&facts, timing), &facts, record, presented, attempt, now, timing, salt)
}

/// Applies a rule to the facts it was found by. [`decide`] is this after [`Rule::first`]; apart from it, for those who
/// want to study what a rule is worth.
#[allow(
    clippy::too_many_arguments,
    reason = "the arguments of `decide`, with the rule and its facts in front"
)]
pub fn apply(
    rule: Rule,
    facts: &Facts,
    record: &Record,
    presented: &Handle,
    attempt: Attempt,
    now: Timestamp,
    timing: &Timing,
    salt: [u8; SALT],
) -> Decision {
    let step = Step { facts, record, presented, attempt, now, timing, salt };
    let refuse = |outcome| Decision { rule, outcome, write: None, cookie: None, alert: None };
    match rule {
        Rule::Unknown => refuse(Outcome::Ended(End::Unknown)),
        Rule::Ended if record.revoked => refuse(Outcome::Ended(End::Revoked)),
        Rule::Ended => refuse(Outcome::Ended(End::Expired)),
        Rule::Closing => {
            let alert = facts.ahead.then_some(Alert::LostWrites);
            Decision { alert, ..step.token_only(rule, Outcome::NoRotate) }
        }
        Rule::Siblings if facts.known => refuse(Outcome::Duplicate),
        Rule::StaleParent if facts.age <= timing.late => refuse(Outcome::Duplicate),
        Rule::KnownParent | Rule::Late => refuse(Outcome::Duplicate),
        Rule::Siblings | Rule::StaleParent | Rule::Reuse => step.reuse(rule),
        Rule::Rest => step.token_only(rule, Outcome::NoRotate),
        Rule::Coalesce => step.token_only(rule, Outcome::Coalesced),
        Rule::Rotate => step.rotate(rule),
        Rule::Replay => step.replay(rule),
        Rule::Recover => step.recover(rule),
        Rule::Ahead => step.fast_forward(rule),
    }
}

/// The arguments of one decision, for the steps below.
struct Step<'a> {
    facts: &'a Facts,
    record: &'a Record,
    presented: &'a Handle,
    attempt: Attempt,
    now: Timestamp,
    timing: &'a Timing,
    salt: [u8; SALT],
}

impl Step<'_> {
    /// Rules 2, 4 and 7: an access token and no cookie. That a child was presented is remembered.
    fn token_only(&self, rule: Rule, outcome: Outcome) -> Decision {
        let mut write = self.served();
        if let Place::Child { index, .. } = self.facts.place {
            write.children.as_mut_slice()[index].presented = true;
        }
        Decision { rule, outcome, write: Some(write), cookie: None, alert: None }
    }

    /// Rule 5: P := X, C := {new}. The siblings are forgotten: whoever presents one was not this jar.
    fn rotate(&self, rule: Rule) -> Decision {
        let mut write = self.served();
        self.make_parent(&mut write);
        let cookie = self.mint(&mut write);
        Decision { rule, outcome: Outcome::Rotated, write: Some(write), cookie: Some(cookie), alert: None }
    }

    /// Rule 6: the child that this attempt was given, once more.
    fn replay(&self, rule: Rule) -> Decision {
        let cookie = Handle { mint: self.record.newest().mint, ..*self.presented };
        let write = Some(self.served());
        Decision { rule, outcome: Outcome::Replay, write, cookie: Some(cookie), alert: None }
    }

    /// Rule 10: C += {new}. This makes the new child the one whose age counts, so that the next recovery is at least δ
    /// away: that is its rate limit.
    ///
    /// A jar that presents P more than L after the last child was minted did so when the last answer with that child had
    /// arrived or been given up, and did not have it: it never will. Those children are forgotten, so that a thief who
    /// was given one cannot use it beside the owner.
    fn recover(&self, rule: Rule) -> Decision {
        let mut write = self.served();
        if self.facts.age > self.timing.late {
            write.children = Ring::default();
        }
        let cookie = self.mint(&mut write);
        Decision { rule, outcome: Outcome::Recovered, write: Some(write), cookie: Some(cookie), alert: None }
    }

    /// Rule 11: takes the handle for the parent that it must have become, in a new incarnation.
    fn fast_forward(&self, rule: Rule) -> Decision {
        let mut write = self.served();
        let seen = self.presented.mint;
        write.incarnation = write.incarnation.max(seen.incarnation).saturating_add(1);
        write.minted = write.minted.max(seen.number);
        write.forward = Some(Forward { from: write.minted, at: self.now });
        self.make_parent(&mut write);
        let cookie = self.mint(&mut write);
        let alert = Some(Alert::LostWrites);
        Decision { rule, outcome: Outcome::Recovered, write: Some(write), cookie: Some(cookie), alert }
    }

    /// Rules 3, 9 and 13: two jars exist. Which is the owner's cannot be told, so both end.
    fn reuse(&self, rule: Rule) -> Decision {
        let mut write = self.record.clone();
        write.revoke();
        let alert = Some(Alert::Reuse);
        Decision { rule, outcome: Outcome::Reuse, write: Some(write), cookie: None, alert }
    }

    /// The record after serving: the attempt is known, and the idle time starts again.
    fn served(&self) -> Record {
        let mut record = self.record.clone();
        if !self.facts.known {
            record.attempts.push(self.attempt, self.timing.attempts);
        }
        // A store's clock that steps back must not shorten a session.
        record.idle_expiry = record.idle_expiry.max(self.now + record.idle).min(record.absolute_expiry);
        record
    }

    fn make_parent(&self, record: &mut Record) {
        if let Some(parent) = record.parent {
            record.spent.push(Spent { mint: parent, at: self.record.newest().minted_at }, self.timing.spent);
        }
        record.parent = Some(self.presented.mint);
        record.children = Ring::default();
    }

    fn mint(&self, record: &mut Record) -> Handle {
        record.minted = record.minted.saturating_add(1);
        let mint = Mint { incarnation: record.incarnation, number: record.minted, salt: self.salt };
        let child = Child { mint, minted_at: self.now, attempt: Some(self.attempt), presented: false };
        record.children.push(child, self.timing.children);
        Handle { mint, ..*self.presented }
    }
}
