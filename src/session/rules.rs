//! The thirteen rules, each a yes-or-no question about the facts, in the order in which they are asked.
//!
//! Asking changes nothing; what follows from the answer is in [`decide`](super::decide()). docs/rotation.md tells why
//! each rule exists.

use super::handle::{Handle, Mint};
use super::record::{Attempt, Child, Record};
use super::timing::Timing;
use crate::time::Timestamp;
use core::time::Duration;

/// How many children one handle may have been answered with. Each stands for an answer that was lost, at least δ after the
/// one before: so many are half an hour in which every single answer was lost, or a thief who asks for one every δ, so
/// that the owner always finds a fresh one and is coalesced, and never presents what would give the thief away.
const MOST_CHILDREN: u32 = 60;

/// A rule of the rotation, named by what it recognises. Declared, and asked, in this order: the first match decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// 1: not this family's handle. (A bad MAC never gets this far: it gives no [`Handle`].)
    Unknown,
    /// 2: revoked or expired.
    Ended,
    /// 2: closing, and the handle is one of the two generations.
    Closing,
    /// 3: a child, but another child has been presented: two jars, or a request that is late.
    Siblings,
    /// 4: a child younger than ρ.
    Rest,
    /// 5: a child.
    Rotate,
    /// 6: the parent again, by the attempt that spent it: the answer was lost.
    Replay,
    /// 7: the parent, just spent by another attempt: tabs racing.
    Coalesce,
    /// 8: the parent, by an attempt that was served long ago: a request that is late.
    KnownParent,
    /// 9: the parent, though a child has been presented since.
    StaleParent,
    /// 10: the parent, and no child was ever presented: the answers were lost.
    Recover,
    /// 11: minted after the state we hold: the store lost writes.
    Ahead,
    /// 12: served before, or spent only lately: a request that is late.
    Late,
    /// 13: anything else.
    Reuse,
}

impl Rule {
    /// All rules in the order in which they are asked.
    pub const ALL: [Rule; 14] = [
        Rule::Unknown,
        Rule::Ended,
        Rule::Closing,
        Rule::Siblings,
        Rule::Rest,
        Rule::Rotate,
        Rule::Replay,
        Rule::Coalesce,
        Rule::KnownParent,
        Rule::StaleParent,
        Rule::Recover,
        Rule::Ahead,
        Rule::Late,
        Rule::Reuse,
    ];

    /// The rule's number in docs/rotation.md.
    pub const fn number(self) -> u8 {
        match self {
            Rule::Unknown => 1,
            Rule::Ended | Rule::Closing => 2,
            Rule::Siblings => 3,
            Rule::Rest => 4,
            Rule::Rotate => 5,
            Rule::Replay => 6,
            Rule::Coalesce => 7,
            Rule::KnownParent => 8,
            Rule::StaleParent => 9,
            Rule::Recover => 10,
            Rule::Ahead => 11,
            Rule::Late => 12,
            Rule::Reuse => 13,
        }
    }

    /// Whether the rule recognises the facts. Rules before it are taken to have been asked: each of them narrows it.
    pub fn matches(self, facts: &Facts, timing: &Timing) -> bool {
        let child = matches!(facts.place, Place::Child { .. });
        let parent = facts.place == Place::Parent;
        let overlap = facts.age <= timing.overlap;
        match self {
            Rule::Unknown => facts.foreign,
            Rule::Ended => facts.ended,
            Rule::Closing => {
                let live = matches!(facts.place, Place::Child { sibling_presented: false, .. });
                let lost = !facts.child_presented && !facts.worn;
                facts.closing && (live || parent && (overlap || lost) || facts.ahead)
            }
            Rule::Siblings => matches!(facts.place, Place::Child { sibling_presented: true, .. }),
            Rule::Rest => matches!(facts.place, Place::Child { age, .. } if age < timing.rest),
            Rule::Rotate => child,
            Rule::Replay => parent && overlap && facts.same_attempt,
            Rule::Coalesce => parent && overlap,
            Rule::KnownParent => parent && facts.known,
            Rule::StaleParent => parent && facts.child_presented,
            Rule::Recover => parent && !facts.child_presented && !facts.worn,
            Rule::Ahead => facts.ahead,
            Rule::Late => facts.known || facts.spent_lately,
            Rule::Reuse => true,
        }
    }

    /// The first rule that recognises the facts.
    pub fn first(facts: &Facts, timing: &Timing) -> Rule {
        Rule::ALL.into_iter().find(|rule| rule.matches(facts, timing)).unwrap_or(Rule::Reuse)
    }
}

/// Where the presented handle stands in its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A live child of the last spent handle.
    Child {
        /// Its place among the children, oldest first.
        index: usize,
        /// How long ago it was minted.
        age: Duration,
        /// Whether another child has been presented.
        sibling_presented: bool,
    },
    /// The last spent handle.
    Parent,
    /// Neither.
    Elsewhere,
}

/// Everything the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The handle names another family than the record's.
    pub foreign: bool,
    /// The session is revoked or expired.
    pub ended: bool,
    /// A login is about to replace the family.
    pub closing: bool,
    /// Where the handle stands.
    pub place: Place,
    /// How long ago the last child was minted: the age of the parent's spending.
    pub age: Duration,
    /// The attempt is the one that the last child answered.
    pub same_attempt: bool,
    /// The attempt is among those served.
    pub known: bool,
    /// Some child has been presented.
    pub child_presented: bool,
    /// The parent was answered with more children than lost answers explain.
    pub worn: bool,
    /// The handle cannot have been minted by the history that the record tells.
    pub ahead: bool,
    /// The handle was spent, or its history lost, no longer than L ago.
    pub spent_lately: bool,
}

impl Facts {
    /// Looks at one request in the light of the record.
    pub fn gather(
        record: &Record,
        presented: &Handle,
        attempt: Attempt,
        now: Timestamp,
        timing: &Timing,
    ) -> Self {
        let mint = &presented.mint;
        let newest = record.newest();
        let children = record.children.as_slice();
        let place = match children.iter().position(|child| child.mint == *mint) {
            Some(index) => Place::Child {
                index,
                age: now - children[index].minted_at,
                sibling_presented: children.iter().any(|child| child.presented && child.mint != *mint),
            },
            None if record.parent == Some(*mint) => Place::Parent,
            None => Place::Elsewhere,
        };
        let elsewhere = place == Place::Elsewhere;
        let lately = |at: Timestamp| now - at <= timing.late;
        let spent = record.spent.as_slice().iter().any(|spent| spent.mint == *mint && lately(spent.at));
        let lost = mint.incarnation < record.incarnation && record.forward.is_some_and(|to| lately(to.at));
        Facts {
            foreign: presented.family != record.family,
            ended: record.revoked || now >= record.idle_expiry || now >= record.absolute_expiry,
            closing: record.closing.is_some_and(|since| now - since < timing.closing),
            place,
            age: now - newest.minted_at,
            same_attempt: newest.attempt == Some(attempt),
            known: record.attempts.as_slice().contains(&attempt),
            child_presented: children.iter().any(|child| child.presented),
            worn: record.parent.is_some_and(|parent| children_of(record, &parent) > MOST_CHILDREN),
            ahead: elsewhere && is_ahead(record, mint),
            spent_lately: elsewhere && (spent || lost),
        }
    }
}

/// How many children the parent has had (or up to three too many, if it had younger siblings).
fn children_of(record: &Record, parent: &Mint) -> u32 {
    // A fast-forward goes on with the highest number it knows, whatever the parent's is.
    let forward = record.forward.filter(|_| parent.incarnation != record.incarnation);
    record.minted.saturating_sub(forward.map_or(parent.number, |forward| forward.from))
}

/// Whether the mint belongs to a history that the store has lost. A write is committed before its handle is given out,
/// so in one history no number is ahead of `minted`, and none is given twice.
fn is_ahead(record: &Record, mint: &Mint) -> bool {
    if mint.incarnation != record.incarnation {
        // Of an earlier incarnation, only what is beyond the point we were fast-forwarded from is news.
        let beyond = record.forward.is_some_and(|forward| mint.number > forward.from);
        return mint.incarnation > record.incarnation || beyond;
    }
    let other = |known: &Mint| {
        known.incarnation == mint.incarnation && known.number == mint.number && known.salt != mint.salt
    };
    mint.number > record.minted
        || record.children.as_slice().iter().map(|child: &Child| &child.mint).any(other)
        || record.parent.iter().any(other)
        || record.spent.as_slice().iter().map(|spent| &spent.mint).any(other)
}
