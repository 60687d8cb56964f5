//! The page's requests: which may go, with which token, and whether once more.

use super::{Event, Request, Vault};
use crate::vault::io::{Failure, REQUEST_LIMIT};
use crate::vault::origin::Target;
use crate::vault::refresh::Access;
use crate::vault::reply::token_is_rejected;
use std::collections::VecDeque;

impl Vault {
    pub(super) fn fetch(
        &mut self,
        id: u32,
        target: &Target<'_>,
        forbidden_header: bool,
        replayable: bool,
    ) -> Result<(), Failure> {
        if !target.secure() {
            return Err(Failure::InsecureUrl);
        }
        let resource = self.config.find(target).ok_or(Failure::ResourceNotAllowed)?;
        if forbidden_header {
            return Err(Failure::HeaderForbidden);
        }
        if self.requests.len() >= REQUEST_LIMIT {
            return Err(Failure::RequestLimit);
        }
        let slot = self.served_by[resource];
        let entropy = self.draw();
        let (access, effect) = self.slots[slot].refresh.want(self.now, entropy);
        self.perform(slot, effect);
        let sent = match access {
            Access::Ready => {
                self.events.push_back(Event::Send(id));
                Some(self.slots[slot].refresh.serial())
            }
            Access::Wait => None,
            Access::Failing(trouble) => return Err(trouble.into()),
            Access::Ended => return Err(Failure::SignedOut),
        };
        self.requests.push(Request { id, resource, replayable, retried: false, sent });
        Ok(())
    }

    pub(super) fn response(&mut self, id: u32, status: u16, challenge: Option<&str>) {
        let Some(at) = self.requests.iter().position(|request| request.id == id) else { return };
        let request = &self.requests[at];
        let Some(serial) = request.sent else { return };
        if status == 401
            && request.replayable
            && !request.retried
            && challenge.is_some_and(token_is_rejected)
            && self.retry(at, serial)
        {
            return;
        }
        self.requests.swap_remove(at);
        self.events.push_back(Event::Deliver(id));
    }

    /// Whether the request is made again, now or once there is a new token.
    pub(super) fn retry(&mut self, at: usize, serial: u32) -> bool {
        let slot = self.served_by[self.requests[at].resource];
        let entropy = self.draw();
        let (access, effect) = self.slots[slot].refresh.reject(self.now, serial, entropy);
        self.perform(slot, effect);
        let sent = match access {
            Access::Ready => Some(self.slots[slot].refresh.serial()),
            Access::Wait => None,
            Access::Failing(_) | Access::Ended => return false,
        };
        let request = &mut self.requests[at];
        (request.retried, request.sent) = (true, sent);
        self.events.push_back(Event::Discard(request.id));
        if sent.is_some() {
            self.events.push_back(Event::Send(request.id));
        }
        true
    }

    /// Those who wait for a refresh that has been given up ask for another.
    pub(super) fn resume_waiting(&mut self) {
        for at in 0..self.requests.len() {
            let Request { resource, sent: None, .. } = self.requests[at] else { continue };
            let slot = self.served_by[resource];
            let refresh = &self.slots[slot].refresh;
            if refresh.in_flight().is_none() && !refresh.alive() {
                let entropy = self.draw();
                let (_, effect) = self.slots[slot].refresh.want(self.now, entropy);
                self.perform(slot, effect);
            }
        }
    }
}

/// Ends the waiting of those who are `concerned`.
pub(super) fn fail_waiting(
    requests: &mut Vec<Request>,
    events: &mut VecDeque<Event>,
    failure: Failure,
    concerned: impl Fn(&Request) -> bool,
) {
    requests.retain(|request| {
        let fails = request.sent.is_none() && concerned(request);
        if fails {
            events.push_back(Event::Fail(request.id, failure));
        }
        !fails
    });
}
