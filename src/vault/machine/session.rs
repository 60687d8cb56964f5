//! Who is signed in: what the endpoints say, what other tabs say, and the log-out.

use super::requests::fail_waiting;
use super::{Event, LOGOUT, Logout, SESSION, Vault};
use crate::vault::clock::Deadline;
use crate::vault::io::{CallId, Failure, Status};
use crate::vault::json::{member, plain_string};
use crate::vault::refresh::{Answer, Call, TIMEOUT};
use crate::vault::reply::{Http, Reply};

impl Vault {
    pub(super) fn ask_session(&mut self) {
        let entropy = self.draw();
        let (_, effect) = self.slots[SESSION].refresh.want(self.now, entropy);
        self.perform(SESSION, effect);
    }

    /// A hint, which any script of the origin can forge: it is looked into, not believed.
    pub(super) fn heard(&mut self, session: &str) {
        if self.logout.is_some() || (self.status != Status::Starting && session == self.public_id()) {
            return;
        }
        // Only a claim that it has ended is contradicted: two tabs that each contradict the other would never stop.
        self.doubted = session.is_empty();
        self.events.extend(
            self.slots[SESSION]
                .refresh
                .restart()
                .map(|call| Event::Abort(CallId { slot: SESSION as u16, call })),
        );
        if self.status == Status::SignedOut {
            self.begin_epoch(SESSION);
        }
        self.ask_session();
    }

    /// Another session than before: what belongs to the old one must not be used any more.
    pub(super) fn begin_epoch(&mut self, except: usize) {
        self.hang_up_all();
        for (at, slot) in self.slots.iter_mut().enumerate().filter(|(at, _)| *at != except) {
            let abort = slot.refresh.restart();
            let call = abort.map(|call| Event::Abort(CallId { slot: at as u16, call }));
            self.events.extend(call);
        }
        self.resume_waiting();
    }

    /// What was asked for under one user is not done under another: who waits is told, and what is on its way is not
    /// sent again.
    pub(super) fn disown(&mut self, failure: Failure) {
        fail_waiting(&mut self.requests, &mut self.events, failure, |_| true);
        for request in &mut self.requests {
            request.retried = true;
        }
    }

    pub(super) fn end_all(&mut self, failure: Failure) {
        self.hang_up_all();
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let abort = slot.refresh.end();
            self.events.extend(abort.map(|call| Event::Abort(CallId { slot: at as u16, call })));
        }
        self.disown(failure);
    }

    /// Those that come while one is under way wait for it, or for the one in its place that ends more.
    pub(super) fn log_out(&mut self, id: u32, everywhere: bool) {
        let mut ids = Vec::new();
        if let Some(earlier) = &mut self.logout {
            if earlier.everywhere || !everywhere {
                return earlier.ids.push(id);
            }
            self.events.push_back(Event::Abort(earlier.call));
            ids.append(&mut earlier.ids);
        }
        ids.push(id);
        self.end_all(Failure::SignedOut);
        self.logouts = self.logouts.wrapping_add(1);
        self.logout = Some(Logout {
            ids,
            call: CallId { slot: LOGOUT, call: Call { epoch: 0, number: self.logouts } },
            everywhere,
            until: Deadline::after(self.now, TIMEOUT),
        });
        let attempt = self.draw().attempt();
        self.events.push_back(Event::Logout(attempt));
    }

    pub(super) fn logout_answered(&mut self, call: CallId, http: Http<'_>) {
        let reply = Reply::read(http, false);
        let Some(logout) = self.logout.take_if(|logout| logout.call == call) else { return };
        self.reason = reply.code;
        match reply.answer {
            Answer::Token { .. } | Answer::Ended => {
                self.set_state(Status::SignedOut, None);
                // Without a session of its own nobody can end those in other browsers.
                let none = logout.everywhere && reply.answer == Answer::Ended;
                for id in logout.ids {
                    self.events.push_back(match none {
                        true => Event::Fail(id, Failure::SessionEnded),
                        false => Event::LoggedOut(id, reply.logout_url.clone()),
                    });
                }
                self.events.push_back(Event::Tell);
            }
            Answer::Refused => self.logout_failed(&logout.ids, Failure::RefreshFailed),
            _ => self.logout_failed(&logout.ids, Failure::Unreachable),
        }
    }

    /// The cookie may still be there: find out, rather than claim that the user is out.
    pub(super) fn logout_failed(&mut self, ids: &[u32], failure: Failure) {
        self.events.extend(ids.iter().map(|id| Event::Fail(*id, failure)));
        for slot in &mut self.slots {
            let _ = slot.refresh.restart();
        }
        self.ask_session();
    }

    pub(super) fn set_state(&mut self, status: Status, session: Option<String>) {
        if self.status != status || self.session != session {
            (self.status, self.session) = (status, session);
            self.events.push_back(Event::State);
        }
    }

    pub(super) fn public_id(&self) -> &str {
        public_id(self.session.as_deref())
    }
}

/// Whether both are one user's, as far as they say.
pub(super) fn same_user(one: Option<&str>, other: Option<&str>) -> bool {
    let subject = |session: Option<&str>| {
        session.and_then(|text| member(text.as_bytes(), "subject")).map(<[u8]>::to_vec)
    };
    subject(one).is_some_and(|one| subject(other) == Some(one))
}

/// The `id` in a session's JSON text, or nothing.
pub(super) fn public_id(session: Option<&str>) -> &str {
    session.and_then(|text| member(text.as_bytes(), "id")).and_then(plain_string).unwrap_or_default()
}
