//! The browser: tabs with the vault's refresh machines, and one cookie jar.

use super::World;
use crate::dice::Draw;
use crate::policy::{Kind, Policy, start};
use crate::queue::Event;
use core::time::Duration;
use strongroom::session::Attempt;
use strongroom::time::Timestamp;
use strongroom::vault::refresh::{Answer, Clock, Effect, Entropy, News, Refresh};

/// Most access tokens a tab keeps here.
const AUDIENCES: usize = 2;

pub(super) struct Tab {
    machines: [Refresh; AUDIENCES],
    /// Which wake-up call counts.
    turns: [u16; AUDIENCES],
    /// The request in flight: its place and its serial number, for the place is used again.
    pub(super) sent: [Option<(u16, u32)>; AUDIENCES],
    pub(super) uses: u32,
    reloads: u32,
    pub(super) requests: u32,
    draws: u32,
    wall: i64,
    frozen_until: u64,
}

impl Tab {
    pub(super) fn new() -> Self {
        Tab {
            machines: [Refresh::new(), Refresh::new()],
            turns: [0; AUDIENCES],
            sent: [None; AUDIENCES],
            uses: 0,
            reloads: 0,
            requests: 0,
            draws: 0,
            wall: 0,
            frozen_until: 0,
        }
    }
}

impl<P: Policy> World<'_, P> {
    fn clock(&self, tab: u8) -> Clock {
        let wall = start().as_millis() as i64 + self.now as i64 + self.tabs[usize::from(tab)].wall;
        Clock {
            wall: Timestamp::from_millis(wall as u64),
            monotonic: Duration::from_millis(self.now - self.slept),
        }
    }

    fn entropy(&mut self, tab: u8) -> Entropy {
        let state = &mut self.tabs[usize::from(tab)];
        state.draws += 1;
        let draws = state.draws * 4;
        let mut bytes = [0; Entropy::LEN];
        for (index, chunk) in bytes.chunks_mut(8).enumerate() {
            let bits = self.dice.bits(Draw::Entropy, tab.into(), draws + index as u32).to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
        Entropy(bytes)
    }

    /// Whether the tab cannot run now; then the event comes again when it can.
    fn stalled(&mut self, tab: u8, event: Event) -> bool {
        let until = self.asleep_until.max(self.tabs[usize::from(tab)].frozen_until);
        if until > self.now {
            self.queue.push(until + 1, event);
        }
        until > self.now
    }

    pub(super) fn use_tokens(&mut self, tab: u8) {
        if self.stalled(tab, Event::Use { tab }) {
            return;
        }
        self.schedule_use(tab);
        if self.owner_is_gone() {
            return;
        }
        let uses = self.tabs[usize::from(tab)].uses;
        let span = self.scenario.client_clock;
        if span > 0 && self.fault(0.02, Draw::ClientClock, tab.into(), uses) {
            let offset = self.dice.range(Draw::ClientClock, u32::from(tab) + 64, uses, (0, 2 * span));
            self.tabs[usize::from(tab)].wall = offset as i64 - span as i64;
            self.trace(|_| format!("tab {tab}'s wall clock steps"));
        }
        self.want(tab);
        if self.fault(self.scenario.freeze, Draw::Freeze, tab.into(), uses) {
            let time = self.dice.range(Draw::Freeze, u32::from(tab) + 64, uses, self.scenario.frozen);
            self.tabs[usize::from(tab)].frozen_until = self.now + time;
            self.trace(|_| format!("tab {tab} freezes for {} s", time / 1000));
        }
    }

    fn want(&mut self, tab: u8) {
        for audience in 0..self.scenario.audiences {
            let (clock, entropy) = (self.clock(tab), self.entropy(tab));
            let (_, effect) = self.machine(tab, audience).want(clock, entropy);
            self.perform(tab, audience, effect);
        }
    }

    pub(super) fn tick(&mut self, tab: u8, audience: u8, turn: u16) {
        if self.tabs[usize::from(tab)].turns[usize::from(audience)] != turn
            || self.stalled(tab, Event::Tick { tab, audience, turn })
        {
            return;
        }
        let (clock, entropy) = (self.clock(tab), self.entropy(tab));
        let effect = self.machine(tab, audience).tick(clock, entropy);
        self.perform(tab, audience, effect);
    }

    fn machine(&mut self, tab: u8, audience: u8) -> &mut Refresh {
        &mut self.tabs[usize::from(tab)].machines[usize::from(audience)]
    }

    fn perform(&mut self, tab: u8, audience: u8, effect: Effect) {
        if effect.abort.is_some() {
            self.abort(tab, audience, self.scenario.timeout);
        }
        if let Some(send) = effect.send
            && !self.owner_is_gone()
        {
            self.send(tab, audience, send.call, Attempt(*send.attempt.bytes()));
        }
        let clock = self.clock(tab);
        let wake = self.machine(tab, audience).wake(clock);
        let turn = &mut self.tabs[usize::from(tab)].turns[usize::from(audience)];
        *turn = turn.wrapping_add(1);
        if let Some(wait) = wake {
            let at = self.now + (wait.as_millis() as u64).max(1);
            let turn = *turn;
            if at <= self.scenario.length {
                self.queue.push(at, Event::Tick { tab, audience, turn });
            }
        }
    }

    /// The client stops listening. Where `really` is false, the cookie of a late answer reaches the jar all the same.
    fn abort(&mut self, tab: u8, audience: u8, really: bool) {
        let sent = self.tabs[usize::from(tab)].sent[usize::from(audience)].take();
        if let Some((flight, serial)) = sent
            && really
            && let Some(flight) = self.flights.get_mut(usize::from(flight))
            && (flight.tab, flight.serial) == (tab, serial)
        {
            flight.aborted = true;
        }
    }

    pub(super) fn deliver(&mut self, place: u16) {
        let flight = &mut self.flights[usize::from(place)];
        // A sleeping machine's connections are gone when it wakes.
        if flight.aborted || self.asleep_until > self.now {
            return self.land(place);
        }
        let Some(verdict) = flight.verdict.as_ref() else { return self.land(place) };
        let (kind, rule, cookie) = (verdict.kind, verdict.rule, verdict.cookie);
        let (tab, audience, call, serial, family) =
            (flight.tab, flight.audience, flight.call, flight.serial, flight.family);
        if let Some(handle) = cookie
            && !core::mem::replace(&mut flight.cookie_taken, true)
        {
            self.jar = Some((family, handle));
            self.trace(|world| {
                format!(
                    "    the jar takes handle {family}/{} from #{tab}.{serial}",
                    world.policy.number(&handle)
                )
            });
        }
        // A frozen tab's cookie jar is not frozen: only its script reads the answer later.
        if self.stalled(tab, Event::Deliver { flight: place }) {
            return;
        }
        self.land(place);
        let answer = match kind {
            Kind::Rotated | Kind::Served => {
                Answer::Token { expires_in: Duration::from_millis(self.scenario.life) }
            }
            Kind::Duplicate => Answer::Duplicate,
            Kind::Reuse | Kind::Ended => Answer::Ended,
        };
        let (clock, entropy) = (self.clock(tab), self.entropy(tab));
        let effect = self.machine(tab, audience).answer(clock, call, answer, entropy);
        if effect.news == News::Ended && !self.login_pending {
            return self.logged_out(rule);
        }
        self.perform(tab, audience, effect);
    }

    pub(super) fn schedule_reload(&mut self, tab: u8) {
        if let Some(span) = self.scenario.reload {
            let state = &mut self.tabs[usize::from(tab)];
            state.reloads += 1;
            let gap = self.dice.range(Draw::Reload, tab.into(), state.reloads, span);
            self.queue.push(self.now + gap, Event::Reload { tab });
        }
    }

    pub(super) fn reload(&mut self, tab: u8) {
        if self.stalled(tab, Event::Reload { tab }) {
            return;
        }
        self.schedule_reload(tab);
        self.trace(|_| format!("tab {tab} reloads"));
        for audience in 0..self.scenario.audiences {
            // Leaving a page ends its requests in every browser, time-out or none.
            self.abort(tab, audience, true);
            *self.machine(tab, audience) = Refresh::new();
        }
        self.want(tab);
    }

    pub(super) fn fall_asleep(&mut self) {
        let Some(span) = self.scenario.sleep else { return };
        self.counter += 1;
        let time = self.dice.range(Draw::Sleep, 1, self.counter, self.scenario.asleep);
        let gap = self.dice.range(Draw::Sleep, 2, self.counter, span);
        self.trace(|_| format!("the machine sleeps for {} s", time / 1000));
        self.asleep_until = self.now + time;
        // From here on the monotonic clock stands still; it is moved on at once, for nothing runs before it wakes.
        self.slept += time;
        self.slept = self.slept.min(self.now);
        self.queue.push(self.asleep_until + gap, Event::Sleep);
    }

    /// The tabs hear of a login: every machine begins a new epoch.
    pub(super) fn broadcast(&mut self) {
        self.login_pending = false;
        self.trace(|_| "the tabs hear of the login".to_owned());
        for tab in 0..self.scenario.tabs {
            for audience in 0..self.scenario.audiences {
                if self.machine(tab, audience).restart().is_some() {
                    self.abort(tab, audience, true);
                }
            }
            self.want(tab);
        }
    }

    /// Tab 0 navigates away.
    pub(super) fn leave(&mut self, tab: u8) {
        for audience in 0..self.scenario.audiences {
            self.abort(tab, audience, true);
        }
    }
}
