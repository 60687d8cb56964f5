//! The thief: a copy of the cookie, a perfect network, and a way of choosing the moment.

use super::{Broken, World};
use crate::dice::Draw;
use crate::policy::{Kind, Policy, Verdict};
use crate::queue::Event;
use crate::scenario::ThiefKind;
use strongroom::session::{Attempt, Timing};

/// What a thief got out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loot {
    /// Access tokens.
    pub tokens: u32,
    /// Access tokens that were fetched after the one before had expired, the first included.
    pub lives: u32,
    /// When the first was got, in milliseconds of the session.
    pub first: Option<u64>,
    /// When the family was revoked.
    pub caught: Option<u64>,
    /// For how long it held a living token, in milliseconds, if tokens live on after the revocation.
    pub access: u64,
}

/// What the thief knows.
pub(super) struct Mind<P: Policy> {
    copy: Option<(u8, P::Handle)>,
    /// The copy is one that the thief was given, not the stolen one.
    given: bool,
    /// It has used what it was given.
    used: bool,
    /// Presentations of the owner that count since then, and the last one's time.
    answered: (u32, u64),
    token_until: u64,
    acts: u32,
    done: bool,
    loot: Loot,
}

impl<P: Policy> Default for Mind<P> {
    fn default() -> Self {
        Mind {
            copy: None,
            given: false,
            used: false,
            answered: (0, 0),
            token_until: 0,
            acts: 0,
            done: false,
            loot: Loot::default(),
        }
    }
}

impl<P: Policy> Mind<P> {
    pub(super) fn has_copy(&self) -> bool {
        self.copy.is_some()
    }

    pub(super) fn caught(&mut self, now: u64) {
        self.loot.caught.get_or_insert(now);
    }

    pub(super) fn caught_at(&self) -> Option<u64> {
        self.loot.caught
    }

    pub(super) fn loot(&self) -> Loot {
        self.loot
    }
}

impl<P: Policy> World<'_, P> {
    fn kind(&self) -> Option<ThiefKind> {
        self.scenario.thief.map(|thief| thief.kind)
    }

    /// Whether the owner has left for good.
    pub(super) fn owner_is_gone(&self) -> bool {
        self.mind.has_copy() && self.scenario.thief.is_some_and(|thief| !thief.present)
    }

    pub(super) fn theft(&mut self) {
        self.mind.copy = self.jar;
        self.trace(|world| {
            let number = world.jar.map(|(_, handle)| world.policy.number(&handle));
            format!("THEFT of handle {number:?}")
        });
        let wait = match self.kind() {
            Some(ThiefKind::Early | ThiefKind::Crowding) => (1_000, 30_000),
            Some(ThiefKind::Rare) => (3_600_000, 7_200_000),
            Some(ThiefKind::Random) => (1_000, 1_200_000),
            _ => return,
        };
        self.schedule_act(wait);
    }

    fn schedule_act(&mut self, span: (u64, u64)) {
        self.mind.acts += 1;
        let wait = self.dice.range(Draw::ThiefTime, 0, self.mind.acts, span);
        self.queue.push(self.now + wait, Event::Thief);
    }

    /// A thief beside the owner knows when the owner's tabs are used.
    pub(super) fn thief_sees_use(&mut self, at: u64, tab: u8, count: u32) {
        let span = match self.kind() {
            // Up to three seconds before or after.
            Some(ThiefKind::Lockstep) => (0, 6_000),
            Some(ThiefKind::Late) => (63_000, 303_000),
            _ => return,
        };
        let offset = self.dice.range(Draw::ThiefTime, u32::from(tab) + 1, count, span);
        self.queue.push((at + offset).saturating_sub(3_000).max(self.now), Event::Thief);
    }

    /// A thief who knows the record looks at every change, and when δ is over.
    pub(super) fn thief_sees_write(&mut self) {
        if matches!(self.kind(), Some(ThiefKind::Waiting | ThiefKind::Striking)) && self.mind.has_copy() {
            let overlap = self.policy.overlap().as_millis() as u64;
            self.queue.push(self.now + 1, Event::Thief);
            self.queue.push(self.now + overlap + 1, Event::Thief);
        }
    }

    pub(super) fn thief(&mut self) {
        let (Some((family, handle)), Some(kind)) = (self.mind.copy, self.kind()) else { return };
        if self.mind.done {
            return;
        }
        self.mind.acts += 1;
        let verdict = self.consider(family, handle);
        let knowing = matches!(kind, ThiefKind::Waiting | ThiefKind::Striking);
        if knowing && !self.is_worth_it(kind, &verdict) {
            return;
        }
        self.present(family, handle, verdict);
        match kind {
            ThiefKind::Early => self.schedule_act((self.scenario.life * 9 / 10, self.scenario.life)),
            ThiefKind::Rare => self.schedule_act((3_600_000, 7_200_000)),
            ThiefKind::Random => self.schedule_act((1_000, 1_200_000)),
            ThiefKind::Crowding => {
                let wait = self.policy.overlap().as_millis() as u64 + 1;
                self.schedule_act((wait, wait));
            }
            ThiefKind::Waiting | ThiefKind::Striking => {
                self.queue.push(self.mind.token_until + 1, Event::Thief);
            }
            ThiefKind::Lockstep | ThiefKind::Late => {}
        }
    }

    fn consider(&self, family: u8, handle: P::Handle) -> Verdict<P> {
        let bits = |who| self.dice.bits(Draw::ThiefTime, who, self.mind.acts).to_le_bytes();
        let mut attempt = [0; 16];
        attempt[..8].copy_from_slice(&bits(1_000));
        attempt[8..].copy_from_slice(&bits(1_001));
        let salt = u64::from_le_bytes(bits(1_002));
        let record = &self.rows[usize::from(family)].record;
        self.policy.decide(record, &handle, Attempt(attempt), self.store_now(), salt)
    }

    /// The choice of a thief who knows the record and does not want to be found.
    fn is_worth_it(&self, kind: ThiefKind, verdict: &Verdict<P>) -> bool {
        if !verdict.kind.serves() || self.mind.token_until > self.now {
            return false;
        }
        if self.mind.given {
            return true;
        }
        // The stolen handle: not while the owner's jar still holds it unspent (rules 4 and 5).
        let unspent = verdict.kind == Kind::Rotated || verdict.rule == 4;
        !unspent && (kind == ThiefKind::Striking || verdict.rule != 7)
    }

    fn present(&mut self, family: u8, handle: P::Handle, mut verdict: Verdict<P>) {
        self.trace(|world| {
            let answer = Self::describe(verdict.kind, verdict.rule);
            format!("THIEF presents handle {family}/{} → {answer}", world.policy.number(&handle))
        });
        let was_given = self.mind.given;
        if verdict.kind.serves() {
            let until = self.now + self.scenario.life;
            let mind = &mut self.mind;
            mind.loot.tokens += 1;
            mind.loot.lives += u32::from(mind.token_until <= self.now);
            mind.loot.access += until - mind.token_until.max(self.now);
            mind.loot.first.get_or_insert(self.now);
            mind.token_until = until;
            if was_given && !mind.used {
                mind.used = true;
                mind.answered = (0, self.now);
            }
        }
        if verdict.kind == Kind::Ended {
            self.mind.done = true;
        }
        // Who moves on could be told apart; one who crowds the owner out stays where it is.
        if let Some(cookie) = verdict.cookie.filter(|_| self.kind() != Some(ThiefKind::Crowding)) {
            self.mind.copy = Some((family, cookie));
            self.mind.given = true;
        }
        if let Some(write) = verdict.write.take() {
            let read = self.rows[usize::from(family)].version;
            self.settle(usize::from(family), read, &verdict, handle, write);
        }
    }

    /// Invariant 2: once a thief has used what it was given, the owner is not served three times, but for the racing
    /// requests of the first moments (rules 6 and 7); nor does it present three times, each more than L apart.
    pub(super) fn owner_presented(&mut self, kind: Kind, rule: u8) {
        let late = Timing::DEFAULT.late.as_millis() as u64;
        let (count, last) = self.mind.answered;
        let counts = self.now - last > late || kind.serves() && !matches!(rule, 6 | 7);
        if self.mind.used && self.mind.caught_at().is_none() && counts {
            self.mind.answered = (count + 1, self.now);
            if count + 1 >= 3 {
                self.break_invariant(Broken::TheftUnseen);
            }
        }
    }
}
