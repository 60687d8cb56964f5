//! The page's requests: which may go, with which token, and whether once more.

use super::{Event, Socket, Vault};
use crate::vault::io::{Failure, REQUEST_LIMIT};
use crate::vault::origin::Target;
use crate::vault::refresh::Access;
use crate::vault::reply::token_is_rejected;
use std::collections::VecDeque;

/// What a request of the page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is what the page wants.
    Fetch,
    /// To get a socket's ticket.
    Ticket,
    /// None is made: a socket waits for a token to say.
    Socket,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) id: u32,
    pub(super) resource: usize,
    pub(super) purpose: Purpose,
    pub(super) replayable: bool,
    pub(super) retried: bool,
    /// The serial of the token it was sent with; `None` while it waits for one.
    pub(super) sent: Option<u32>,
    /// The serial of the token that the resource has refused: its answer is kept until there is another token.
    pub(super) refused: Option<u32>,
}

impl Vault {
    /// `message`: what a socket shall say first.
    pub(super) fn ask(
        &mut self,
        id: u32,
        target: &Target<'_>,
        forbidden_header: bool,
        replayable: bool,
        purpose: Purpose,
        message: Option<&str>,
    ) {
        // What one socket says must not reach the connection of another.
        if self.sockets.iter().any(|socket| socket.id == id) {
            return;
        }
        let admitted = self.admit(target, forbidden_header, message).and_then(|resource| {
            let sent = self.token_for(resource, id)?;
            self.requests.push(Request {
                id,
                resource,
                purpose,
                replayable,
                retried: false,
                sent,
                refused: None,
            });
            Ok(())
        });
        if let Err(failure) = admitted {
            self.events.push_back(Event::Fail(id, failure));
        }
    }

    /// The resource that the request belongs to.
    fn admit(
        &self,
        target: &Target<'_>,
        forbidden_header: bool,
        message: Option<&str>,
    ) -> Result<usize, Failure> {
        if !target.secure() {
            return Err(Failure::InsecureUrl);
        }
        let resource = self.config.find(target).ok_or(Failure::ResourceNotAllowed)?;
        if message.is_some() && message != self.config.resources()[resource].socket_message.as_deref() {
            return Err(Failure::ResourceNotAllowed);
        }
        if forbidden_header {
            return Err(Failure::HeaderForbidden);
        }
        if self.requests.len() + self.sockets.len() >= REQUEST_LIMIT {
            return Err(Failure::RequestLimit);
        }
        Ok(resource)
    }

    /// Sends the request if there is a token, and then gives its serial.
    fn token_for(&mut self, resource: usize, id: u32) -> Result<Option<u32>, Failure> {
        let slot = self.served_by[resource];
        let entropy = self.draw();
        let (access, effect) = self.slots[slot].refresh.want(self.now, entropy);
        self.perform(slot, effect);
        match access {
            Access::Ready => {
                self.events.push_back(Event::Send(id));
                Ok(Some(self.slots[slot].refresh.serial()))
            }
            Access::Wait => Ok(None),
            Access::Failing(trouble) => Err(trouble.into()),
            Access::Ended => Err(Failure::SignedOut),
        }
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
        self.deliver(at, serial);
    }

    fn deliver(&mut self, at: usize, serial: u32) {
        let Request { id, resource, purpose, .. } = self.requests.remove(at);
        if purpose == Purpose::Ticket {
            self.sockets.push(Socket::by_ticket(id, resource, serial));
        }
        self.events.push_back(Event::Deliver(id));
    }

    /// Those who wait for a token go on. Who waits because it was refused, and would be sent with the very same one, gets
    /// the resource's answer instead.
    pub(super) fn token_came(&mut self, slot: usize) {
        let serial = self.slots[slot].refresh.serial();
        let mut at = 0;
        while let Some(request) = self.requests.get_mut(at) {
            if request.sent.is_some() || self.served_by[request.resource] != slot {
                at += 1;
            } else if request.refused == Some(serial) {
                self.deliver(at, serial);
            } else {
                request.sent = Some(serial);
                self.send(at);
                at += 1;
            }
        }
    }

    fn send(&mut self, at: usize) {
        let request = &mut self.requests[at];
        if request.refused.take().is_some() {
            self.events.push_back(Event::Discard(request.id));
        }
        self.events.push_back(Event::Send(request.id));
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
        request.refused = Some(serial);
        if sent.is_some() {
            self.send(at);
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
