//! What others do, reduced to the rule that matters. Each was written from its public description.

use super::{Kind, Policy, Verdict};
use strongroom::session::Attempt;
use strongroom::time::Timestamp;

/// A record of numbered handles: enough for every baseline.
#[derive(Clone)]
pub struct Chain {
    minted: u32,
    current: u32,
    previous: Option<u32>,
    /// When each number was first spent; only the fork window looks.
    spent: Vec<Option<Timestamp>>,
    revoked: bool,
}

impl Chain {
    fn open() -> (Chain, u32) {
        (Chain { minted: 0, current: 0, previous: None, spent: vec![None], revoked: false }, 0)
    }

    fn rotate<P: Policy<Record = Chain, Handle = u32>>(&self, kind: Kind) -> Verdict<P> {
        let mut write = self.clone();
        write.minted += 1;
        write.previous = Some(write.current);
        write.current = write.minted;
        write.spent.push(None);
        let cookie = Some(write.current);
        Verdict { kind, write: Some(write), cookie, rule: 0 }
    }

    fn reuse<P: Policy<Record = Chain, Handle = u32>>(&self) -> Verdict<P> {
        let mut write = self.clone();
        write.revoked = true;
        Verdict { kind: Kind::Reuse, write: Some(write), cookie: None, rule: 0 }
    }
}

/// Gives a baseline everything but its rule.
macro_rules! baseline {
    ($(#[$doc:meta])* $name:ident, |$record:ident, $presented:ident, $now:ident| $rule:expr) => {
        $(#[$doc])*
        pub struct $name;

        impl Policy for $name {
            type Record = Chain;
            type Handle = u32;

            fn open(&self, _now: Timestamp, _salt: u64) -> (Chain, u32) {
                Chain::open()
            }

            fn decide(
                &self,
                $record: &Chain,
                presented: &u32,
                _attempt: Attempt,
                $now: Timestamp,
                _salt: u64,
            ) -> Verdict<Self> {
                let $presented = *presented;
                if $record.revoked {
                    return Verdict { kind: Kind::Ended, write: None, cookie: None, rule: 0 };
                }
                $rule
            }

            fn revoke(&self, record: &mut Chain) {
                record.revoked = true;
            }

            fn is_revoked(&self, record: &Chain) -> bool {
                record.revoked
            }

            fn number(&self, handle: &u32) -> u32 {
                *handle
            }
        }
    };
}

baseline!(
    /// Each handle once; a second use revokes.
    Strict,
    |record, presented, _now| {
        if presented == record.current { record.rotate(Kind::Rotated) } else { record.reuse() }
    }
);

baseline!(
    /// A spent handle goes on giving new handles for 60 s; all of them live.
    ForkWindow,
    |record, presented, now| {
        let first = record.spent[presented as usize];
        if first.is_some_and(|at| now - at > core::time::Duration::from_secs(60)) {
            return record.reuse();
        }
        let mut verdict: Verdict<Self> = record.rotate(if first.is_none() { Kind::Rotated } else { Kind::Served });
        if let Some(write) = &mut verdict.write {
            write.spent[presented as usize].get_or_insert(now);
        }
        verdict
    }
);

baseline!(
    /// The parent of the current handle is always accepted, and given the current one.
    OneBehind,
    |record, presented, _now| {
        if presented == record.current {
            record.rotate(Kind::Rotated)
        } else if record.previous == Some(presented) {
            let write = Some(record.clone());
            Verdict { kind: Kind::Served, write, cookie: Some(record.current), rule: 0 }
        } else {
            record.reuse()
        }
    }
);

baseline!(
    /// The current and the previous handle are both accepted, and both rotate.
    CurrentOrPrevious,
    |record, presented, _now| {
        if presented == record.current {
            record.rotate(Kind::Rotated)
        } else if record.previous == Some(presented) {
            record.rotate(Kind::Served)
        } else {
            record.reuse()
        }
    }
);
