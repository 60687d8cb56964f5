//! The browser: tabs with the vault's refresh machines, one cookie jar, and the requests on their way.

use super::World;
use crate::dice::Draw;
use crate::policy::{Kind, Policy, Verdict, start};
use crate::queue::Event;
use core::time::Duration;
use strongroom::session::Attempt;
use strongroom::time::Timestamp;
use strongroom::vault::refresh::{Answer, Call, Clock, Effect, Entropy, News, Refresh};

/// Most access tokens a tab keeps here.
const AUDIENCES: usize = 2;

pub(super) struct Tab {
    machines: [Refresh; AUDIENCES],
    /// Which wake-up call counts.
    turns: [u16; AUDIENCES],
    /// The request in flight: its place and its serial number, for the place is used again.
    sent: [Option<(u16, u32)>; AUDIENCES],
    pub(super) uses: u32,
    reloads: u32,
    requests: u32,
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

/// A request, from sending until its response is taken or given up.
pub(super) struct Flight<P: Policy> {
    /// Counts the tab's requests; zero in a place that is free.
    pub(super) serial: u32,
    pub(super) tab: u8,
    audience: u8,
    call: Call,
    pub(super) attempt: Attempt,
    pub(super) family: u8,
    pub(super) handle: P::Handle,
    /// The client no longer listens, so no cookie of it reaches the jar.
    aborted: bool,
    /// Of two copies of a request, one's response goes to the client.
    pub(super) answers: bool,
    /// The version that the verdict is about, and when it was read.
    pub(super) read: u32,
    pub(super) verdict: Option<Verdict<P>>,
    cookie_taken: bool,
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

    fn send(&mut self, tab: u8, audience: u8, call: Call, attempt: Attempt) {
        let Some((family, handle)) = self.jar else { return };
        let network = self.scenario.network;
        // Serial numbers count by tab, so that taking one tab away leaves the others' draws as they were.
        let state = &mut self.tabs[usize::from(tab)];
        state.requests += 1;
        let (who, serial) = (u32::from(tab), state.requests);
        let lost = self.fault(network.loss, Draw::RequestLost, who, serial);
        let late = self.fault(network.late_request, Draw::RequestLate, who, serial);
        let twice = self.fault(network.duplicate, Draw::Duplicate, who, serial);
        let usual = self.dice.range(Draw::RequestTime, who, serial, network.time);
        let delay = if late {
            self.dice.range(Draw::RequestLate, who + 64, serial, (usual, network.latest))
        } else {
            usual
        };
        self.trace(|world| {
            let number = world.policy.number(&handle);
            let name = u16::from_le_bytes([attempt.0[0], attempt.0[1]]);
            let fate =
                if lost { ", lost".to_owned() } else { format!(", arrives in {:.1} s", delay as f64 / 1e3) };
            let copy = if twice { ", and once more" } else { "" };
            format!(
                "tab {tab} sends #{tab}.{serial}: handle {family}/{number}, attempt {name:04x}{fate}{copy}"
            )
        });
        let flight = Flight {
            serial,
            tab,
            audience,
            call,
            attempt,
            family,
            handle,
            aborted: false,
            answers: true,
            read: 0,
            verdict: None,
            cookie_taken: false,
        };
        let mut sent = None;
        if !lost {
            let copy_answers = twice && self.dice.bits(Draw::DuplicateAnswers, who, serial) & 1 == 1;
            let place = self.launch(Flight { answers: !copy_answers, ..flight });
            self.queue.push(self.now + delay, Event::Arrive { flight: place });
            sent = Some((place, serial));
            if twice {
                let again = self.dice.range(Draw::DuplicateTime, who, serial, (usual, network.latest));
                let flight = Flight {
                    serial,
                    tab,
                    audience,
                    call,
                    attempt,
                    family,
                    handle,
                    aborted: false,
                    answers: copy_answers,
                    read: 0,
                    verdict: None,
                    cookie_taken: false,
                };
                let place = self.launch(flight);
                self.queue.push(self.now + again, Event::Arrive { flight: place });
                if copy_answers {
                    sent = Some((place, serial));
                }
            }
        }
        self.tabs[usize::from(tab)].sent[usize::from(audience)] = sent;
    }

    fn launch(&mut self, flight: Flight<P>) -> u16 {
        match self.free.pop() {
            Some(place) => {
                self.flights[usize::from(place)] = flight;
                place
            }
            None => {
                self.flights.push(flight);
                (self.flights.len() - 1) as u16
            }
        }
    }

    pub(super) fn land(&mut self, place: u16) {
        self.flights[usize::from(place)].serial = 0;
        self.flights[usize::from(place)].verdict = None;
        self.free.push(place);
    }

    /// The server has answered: the response sets out.
    pub(super) fn respond(&mut self, place: u16) {
        let network = self.scenario.network;
        let flight = &self.flights[usize::from(place)];
        let (tab, serial, answers) = (flight.tab, flight.serial, flight.answers);
        let who = u32::from(tab);
        if !answers || self.fault(network.loss, Draw::ResponseLost, who, serial) {
            self.trace(|_| format!("    the response to #{tab}.{serial} is lost"));
            return self.land(place);
        }
        let usual = self.dice.range(Draw::ResponseTime, who, serial, network.time);
        let late = self.fault(network.late_response, Draw::ResponseLate, who, serial);
        let delay = if late {
            self.dice.range(Draw::ResponseLate, who + 64, serial, (usual, network.latest))
        } else {
            usual
        };
        if late {
            self.trace(|_| format!("    the response to #{tab}.{serial} takes {:.1} s", delay as f64 / 1e3));
        }
        self.queue.push(self.now + delay, Event::Deliver { flight: place });
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
