//! Requests and responses on their way: lost, late, or there twice.

use super::World;
use crate::dice::Draw;
use crate::policy::{Policy, Verdict};
use crate::queue::Event;
use strongroom::session::Attempt;
use strongroom::vault::refresh::Call;

/// A request, from sending until its response is taken or given up.
pub(super) struct Flight<P: Policy> {
    /// Counts the tab's requests; zero in a place that is free.
    pub(super) serial: u32,
    pub(super) tab: u8,
    pub(super) audience: u8,
    pub(super) call: Call,
    pub(super) attempt: Attempt,
    pub(super) family: u8,
    pub(super) handle: P::Handle,
    /// The client no longer listens, so no cookie of it reaches the jar.
    pub(super) aborted: bool,
    /// Of two copies of a request, one's response goes to the client.
    pub(super) answers: bool,
    /// The version that the verdict is about, and when it was read.
    pub(super) read: u32,
    pub(super) verdict: Option<Verdict<P>>,
    pub(super) cookie_taken: bool,
}

impl<P: Policy> World<'_, P> {
    pub(super) fn send(&mut self, tab: u8, audience: u8, call: Call, attempt: Attempt) {
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
        let flight = |answers| Flight {
            serial,
            tab,
            audience,
            call,
            attempt,
            family,
            handle,
            aborted: false,
            answers,
            read: 0,
            verdict: None,
            cookie_taken: false,
        };
        let mut sent = None;
        if !lost {
            let copy_answers = twice && self.dice.bits(Draw::DuplicateAnswers, who, serial) & 1 == 1;
            let place = self.launch(flight(!copy_answers));
            self.queue.push(self.now + delay, Event::Arrive { flight: place });
            sent = Some((place, serial));
            if twice {
                let again = self.dice.range(Draw::DuplicateTime, who, serial, (usual, network.latest));
                let copy = self.launch(flight(copy_answers));
                self.queue.push(self.now + again, Event::Arrive { flight: copy });
                sent = Some((if copy_answers { copy } else { place }, serial));
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
}
