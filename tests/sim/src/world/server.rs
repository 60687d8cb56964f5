//! Servers and their store: read, decide, ask the provider, compare and swap, answer.

use super::{Broken, World};
use crate::dice::Draw;
use crate::policy::{Kind, Policy, Verdict, start};
use crate::queue::Event;
use core::time::Duration;
use strongroom::session::Terms;
use strongroom::time::Timestamp;

/// A stored session.
pub(super) struct Row<P: Policy> {
    pub(super) record: P::Record,
    pub(super) version: u32,
    /// What a stale read gives.
    before: Option<(P::Record, u32)>,
    snapshot: Option<(P::Record, u32)>,
    /// Which handles were rotated in the present history.
    rotated: Vec<bool>,
}

impl<P: Policy> Row<P> {
    fn write(&mut self, record: P::Record, keep: bool) {
        let old = core::mem::replace(&mut self.record, record);
        if keep {
            self.before = Some((old, self.version));
        }
        self.version += 1;
    }
}

impl<P: Policy> World<'_, P> {
    /// A login: a new row, and its first handle in the jar.
    pub(super) fn open_family(&mut self) {
        let family = self.rows.len() as u8;
        let salt = self.dice.bits(Draw::Salt, 1 << 16, family.into());
        let (record, handle) = self.policy.open(self.store_now(), salt);
        self.rows.push(Row { record, version: 1, before: None, snapshot: None, rotated: Vec::new() });
        self.jar = Some((family, handle));
    }

    pub(super) fn arrive(&mut self, place: u16) {
        self.ending.requests += 1;
        let store = self.scenario.store;
        let (who, tab, serial) = {
            let flight = &self.flights[usize::from(place)];
            // The copy of a request meets its own faults.
            (u32::from(flight.tab) + if flight.answers { 0 } else { 128 }, flight.tab, flight.serial)
        };
        if self.fault(store.clock.1, Draw::StoreClock, who, serial) {
            let range = (0, 2 * store.clock.0);
            self.store_clock =
                self.dice.range(Draw::StoreClock, who + 64, serial, range) as i64 - store.clock.0 as i64;
            self.trace(|world| format!("the store's clock is off by {} ms", world.store_clock));
        }
        let stale = self.fault(store.stale, Draw::StaleRead, who, serial);
        if self.options.text {
            let flight = &mut self.flights[usize::from(place)];
            self.policy.through_text(&mut self.rows[usize::from(flight.family)].record, &mut flight.handle);
        }
        self.read_and_decide(place, stale);

        let flight = &self.flights[usize::from(place)];
        let Some(verdict) = flight.verdict.as_ref() else { return };
        let (serves, writes) = (verdict.kind.serves(), verdict.write.is_some());
        if self.fault(store.crash, Draw::Crash, who, serial) {
            self.trace(|_| format!("the server dies over #{tab}.{serial}"));
            return self.land(place);
        }
        if !writes {
            self.count(place);
            return self.respond(place);
        }
        let time = if serves { self.dice.range(Draw::ProviderTime, who, serial, store.provider) } else { 1 };
        self.queue.push(self.now + time, Event::Commit { flight: place });
    }

    fn read_and_decide(&mut self, place: u16, stale: bool) {
        let now = self.store_now();
        let flight = &mut self.flights[usize::from(place)];
        let row = &self.rows[usize::from(flight.family)];
        let (record, version) = match &row.before {
            Some((record, version)) if stale => (record, *version),
            _ => (&row.record, row.version),
        };
        let salt = self.dice.bits(
            Draw::Salt,
            u32::from(flight.tab) + if flight.answers { 0 } else { 128 },
            flight.serial,
        ) ^ u64::from(version) << 48;
        let verdict = self.policy.decide(record, &flight.handle, flight.attempt, now, salt);
        let (kind, rule, loser) = (verdict.kind, verdict.rule, verdict.cookie.is_some());
        flight.read = version;
        flight.verdict = Some(verdict);
        let (tab, serial) = (flight.tab, flight.serial);
        self.trace(|_| {
            let age = if stale { " (stale read)" } else { "" };
            format!("    #{tab}.{serial} → {}{age}", Self::describe(kind, rule))
        });
        if !kind.serves() && loser {
            self.break_invariant(Broken::LoserWithCookie);
        }
    }

    /// The compare-and-swap. Who loses it decides again, on what is there.
    pub(super) fn commit(&mut self, place: u16) {
        let flight = &self.flights[usize::from(place)];
        let (family, read) = (usize::from(flight.family), flight.read);
        let (tab, serial) = (flight.tab, flight.serial);
        if self.scenario.store.swap && self.rows[family].version != read {
            self.trace(|_| format!("    #{tab}.{serial} loses the swap and decides again"));
            self.read_and_decide(place, false);
        }
        let Some(mut verdict) = self.flights[usize::from(place)].verdict.take() else { return };
        if let Some(write) = verdict.write.take() {
            let read = self.flights[usize::from(place)].read;
            self.settle(family, read, &verdict, self.flights[usize::from(place)].handle, write);
        }
        self.flights[usize::from(place)].verdict = Some(verdict);
        self.count(place);
        if !self.over {
            self.respond(place);
        }
    }

    /// Writes, after checking what must hold of every write.
    pub(super) fn settle(
        &mut self,
        family: usize,
        read: u32,
        verdict: &Verdict<P>,
        presented: P::Handle,
        write: P::Record,
    ) {
        let keep = self.scenario.store.stale > 0.0;
        let row = &mut self.rows[family];
        let (swapped, was_revoked) = (row.version == read, self.policy.is_revoked(&row.record));
        let moved = self.policy.absolute_expiry(&row.record) != self.policy.absolute_expiry(&write);
        // Whoever decided by a browser's clock, up to two hours off, would give the session another idle time.
        let slack = Duration::from_millis(2 * self.scenario.store.clock.0);
        let latest = Timestamp::from_millis(start().as_millis() + self.now) + Terms::DEFAULT.idle + slack;
        let foreign = self.policy.idle_expiry(&write) > latest.max(self.policy.idle_expiry(&row.record));
        let mut twice = false;
        if verdict.kind == Kind::Rotated && self.options.assert {
            let number = self.policy.number(&presented) as usize;
            if row.rotated.len() <= number {
                row.rotated.resize(number + 16, false);
            }
            twice = core::mem::replace(&mut row.rotated[number], true);
        }
        row.write(write, keep);
        let checks = [
            (!swapped, Broken::NotSwapped),
            (moved, Broken::AbsoluteMoved),
            (was_revoked && verdict.kind.serves(), Broken::MintedAfterRevocation),
            (twice, Broken::RotatedTwice),
            (foreign, Broken::ForeignTime),
        ];
        for (broken, name) in checks {
            if broken {
                self.break_invariant(name);
            }
        }
        if verdict.kind == Kind::Reuse {
            self.reuse_found(verdict.rule);
        }
        self.thief_sees_write();
    }

    fn reuse_found(&mut self, rule: u8) {
        self.trace(|_| format!("the family is revoked by rule {rule}"));
        if self.mind.has_copy() {
            self.mind.caught(self.now);
            self.over = true;
        } else {
            if self.is_safe() {
                self.break_invariant(Broken::HonestReuse);
            }
            self.logged_out(rule);
        }
    }

    /// Whether invariant 1 is promised: one jar, no thief, clients whose giving up is real, and nothing beyond 120 s.
    fn is_safe(&self) -> bool {
        self.scenario.timeout && self.scenario.freeze == 0.0 && self.scenario.network.latest <= 120_000
    }

    fn count(&mut self, place: u16) {
        let Some(verdict) = self.flights[usize::from(place)].verdict.as_ref() else { return };
        let (kind, rule) = (verdict.kind, verdict.rule);
        self.ending.rules[usize::from(rule)] += 1;
        self.owner_presented(kind, rule);
    }

    pub(super) fn schedule_restore(&mut self) {
        let Some(span) = self.scenario.store.restore else { return };
        self.counter += 1;
        let gap = self.dice.range(Draw::Restore, 0, self.counter, span);
        let lost = self.dice.range(Draw::Restore, 1, self.counter, self.scenario.store.lost).min(gap);
        self.queue.push(self.now + gap - lost, Event::Snapshot);
        self.queue.push(self.now + gap, Event::Restore);
    }

    pub(super) fn snapshot(&mut self) {
        for row in &mut self.rows {
            row.snapshot = Some((row.record.clone(), row.version));
        }
    }

    /// The store comes back as it was at the snapshot. Requests that are under way lose their swap.
    pub(super) fn restore(&mut self) {
        self.trace(|_| "the store falls back to its snapshot".to_owned());
        for row in &mut self.rows {
            if let Some((record, version)) = row.snapshot.take() {
                // Versions go on rising, as a store's own sequence would after recovery.
                (row.record, row.version) = (record, row.version.max(version) + 1);
                row.before = None;
                row.rotated.clear();
            }
        }
        for place in 0..self.flights.len() {
            if self.flights[place].serial != 0 && self.flights[place].verdict.is_some() {
                self.flights[place].read = 0;
            }
        }
        self.schedule_restore();
    }

    pub(super) fn login(&mut self) {
        let Some(span) = self.scenario.login else { return };
        self.counter += 1;
        let (count, now) = (self.counter, self.store_now());
        let gap = self.dice.range(Draw::Login, 0, count, span);
        self.queue.push(self.now + gap, Event::Login);
        let Some((family, handle)) = self.jar else { return };
        self.old_family = family;
        self.leave(0);
        let mut record = self.rows[usize::from(family)].record.clone();
        self.policy.close(&mut record, &handle, now);
        self.rows[usize::from(family)].write(record, false);
        // Three in ten are abandoned.
        if self.dice.unit(Draw::Login, 1, count) < 0.3 {
            return self.trace(|_| format!("family {family} is closing; the login is abandoned"));
        }
        let time = self.dice.range(Draw::Login, 2, count, (1_000, 60_000));
        self.trace(|_| format!("family {family} is closing; the login takes {} ms", time));
        self.login_pending = true;
        self.queue.push(self.now + time, Event::Callback);
    }

    pub(super) fn callback(&mut self) {
        let wait = self.policy.settling(&self.rows[usize::from(self.old_family)].record, self.store_now());
        if wait > 0 {
            self.trace(|_| format!("the login waits {wait} ms for what is under way"));
            return self.queue.push(self.now + wait, Event::Callback);
        }
        let row = &mut self.rows[usize::from(self.old_family)];
        let mut record = row.record.clone();
        self.policy.revoke(&mut record);
        row.write(record, false);
        self.open_family();
        self.trace(|world| format!("family {} is opened, the old one revoked", world.rows.len() - 1));
        self.queue.push(self.now + 300, Event::Broadcast);
    }
}
