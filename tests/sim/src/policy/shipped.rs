//! The shipped rotation, and the same with rules left out or constants moved, to see what each is worth.

use super::{Kind, Policy, Verdict};
use core::time::Duration;
use strongroom::session::{
    self, Attempt, Facts, Handle, KeyRing, KeyRingError, Outcome, Record, Rule, Sessions, Shard, Terms,
    Timing,
};
use strongroom::time::Timestamp;

/// [`session::decide`] with a timing, and perhaps without some of its rules.
pub struct Shipped {
    sessions: Sessions,
    shard: Shard,
    keys: KeyRing,
    timing: Timing,
    without: Vec<Rule>,
}

/// When every simulated session begins.
pub const fn start() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

impl Shipped {
    /// All rules, with these constants (which need not pass [`Timing::check`]: some are studied because they do not).
    pub fn new(timing: Timing) -> Result<Self, KeyRingError> {
        let keys = KeyRing::new([[7; 32]])?;
        let shard = Shard::parse(b"sim").ok_or(KeyRingError::Empty)?;
        Ok(Shipped { sessions: Sessions::new(keys.clone()), shard, keys, timing, without: Vec::new() })
    }

    /// The same without these rules: the first of the others that matches decides.
    pub fn without(mut self, rules: &[Rule]) -> Self {
        self.without.extend_from_slice(rules);
        self
    }
}

impl Policy for Shipped {
    type Record = Record;
    type Handle = Handle;

    fn open(&self, now: Timestamp, salt: u64) -> (Record, Handle) {
        let mut entropy = [0; session::ENTROPY];
        for (index, chunk) in entropy.chunks_mut(8).enumerate() {
            chunk.copy_from_slice(&salt.rotate_left(13 * index as u32).to_le_bytes());
        }
        self.sessions.open(self.shard, None, Terms::DEFAULT, now, now, &entropy)
    }

    fn decide(
        &self,
        record: &Record,
        presented: &Handle,
        attempt: Attempt,
        now: Timestamp,
        salt: u64,
    ) -> Verdict<Self> {
        let (timing, salt) = (&self.timing, salt.to_le_bytes());
        let decision = if self.without.is_empty() {
            session::decide(record, presented, attempt, now, timing, salt)
        } else {
            let facts = Facts::gather(record, presented, attempt, now, timing);
            let left = |rule: &Rule| !self.without.contains(rule) && rule.matches(&facts, timing);
            let rule = Rule::ALL.into_iter().find(left).unwrap_or(Rule::Reuse);
            session::apply(rule, &facts, record, presented, attempt, now, timing, salt)
        };
        let kind = match decision.outcome {
            Outcome::Rotated => Kind::Rotated,
            outcome if outcome.serves() => Kind::Served,
            Outcome::Duplicate => Kind::Duplicate,
            Outcome::Reuse => Kind::Reuse,
            _ => Kind::Ended,
        };
        Verdict { kind, write: decision.write, cookie: decision.cookie, rule: decision.rule.number() }
    }

    fn close(&self, record: &mut Record, presented: &Handle, now: Timestamp) {
        record.close(presented, now, &self.timing);
    }

    fn settling(&self, record: &Record, now: Timestamp) -> u64 {
        record.settles_at(now, &self.timing).map_or(0, |settled| (settled - now).as_millis() as u64)
    }

    fn revoke(&self, record: &mut Record) {
        record.revoke();
    }

    fn is_revoked(&self, record: &Record) -> bool {
        record.is_revoked()
    }

    fn absolute_expiry(&self, record: &Record) -> Timestamp {
        record.absolute_expiry()
    }

    fn idle_expiry(&self, record: &Record) -> Timestamp {
        record.idle_expiry()
    }

    fn overlap(&self) -> Duration {
        self.timing.overlap
    }

    fn number(&self, handle: &Handle) -> u32 {
        handle.mint().number
    }

    fn through_text(&self, record: &mut Record, handle: &mut Handle) {
        let header = format!("{}={}", session::COOKIE, self.keys.seal(handle));
        if let Ok(located) = self.sessions.locate(Some(header.as_bytes())) {
            *handle = located;
        }
        if let Ok(decoded) = Record::decode(record.encode().as_bytes()) {
            *record = decoded;
        }
    }
}
