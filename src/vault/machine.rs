//! The machine behind one page's vault: requests of the page, tokens, refreshes, the session's state.

mod requests;
mod session;
mod slot;
mod sockets;

use self::requests::{Purpose, Request, fail_waiting};
use self::session::{public_id, same_user};
use self::slot::{Slot, question};
use self::sockets::Socket;
use super::attempt::{Attempt, Entropy};
use super::clock::{Clock, Deadline};
use super::config::Config;
use super::io::{CallId, Failure, HangUp, Input, Output, Route, Status};
use super::refresh::{Effect, News, Send, Trouble};
use super::reply::{Http, Reply};
use crate::secret::Secret;
use core::time::Duration;
use std::collections::VecDeque;

#[derive(Debug)]
struct Logout {
    ids: Vec<u32>,
    call: CallId,
    everywhere: bool,
    until: Deadline,
}

#[derive(Debug)]
enum Event {
    Send(u32),
    Discard(u32),
    Deliver(u32),
    Greet(u32),
    HangUp(u32, HangUp),
    Fail(u32, Failure),
    Call(u16, Send),
    Logout(Attempt),
    Abort(CallId),
    LoggedOut(u32, Option<String>),
    State,
    Tell,
}

const SESSION: usize = 0;
const LOGOUT: u16 = u16::MAX;

/// The vault of one page. See the module's documentation.
#[derive(Debug)]
pub struct Vault {
    config: Config,
    slots: Vec<Slot>,
    /// The slot of each resource.
    served_by: Vec<usize>,
    requests: Vec<Request>,
    sockets: Vec<Socket>,
    /// What a socket was told last to say, until the outputs are drained.
    greeting: Option<Secret<String>>,
    logout: Option<Logout>,
    logouts: u32,
    status: Status,
    session: Option<String>,
    /// Another tab claimed that the session has ended.
    doubted: bool,
    /// The last problem code of the endpoints.
    reason: String,
    events: VecDeque<Event>,
    now: Clock,
    entropy: Entropy,
    draws: u8,
}

impl Vault {
    /// Knows nothing yet; begin with [`Input::Start`].
    pub fn new(now: Clock, config: Config) -> Self {
        let mut slots = vec![Slot::new(String::from("{}"))];
        let mut served_by = Vec::with_capacity(config.resources().len());
        for resource in config.resources() {
            let body = question(resource.audience.as_deref(), resource.scope.as_deref());
            let known = slots.iter().skip(1).position(|slot| slot.body == body).map(|at| at + 1);
            served_by.push(known.unwrap_or(slots.len()));
            if known.is_none() {
                slots.push(Slot::new(body));
            }
        }
        Vault {
            config,
            slots,
            served_by,
            requests: Vec::new(),
            sockets: Vec::new(),
            greeting: None,
            logout: None,
            logouts: 0,
            status: Status::Starting,
            session: None,
            doubted: false,
            reason: String::new(),
            events: VecDeque::new(),
            now,
            entropy: Entropy([0; Entropy::LEN]),
            draws: 0,
        }
    }

    /// Takes one input. Drain [`poll`](Self::poll) before the next.
    pub fn handle(&mut self, now: Clock, entropy: Entropy, input: Input<'_>) {
        (self.now, self.entropy, self.draws) = (now, entropy, 0);
        self.catch_up();
        match input {
            Input::Start => self.ask_session(),
            Input::Tick => {}
            Input::Fetch { id, target, forbidden_header, replayable } => {
                self.ask(id, &target, forbidden_header, replayable, Purpose::Fetch, None);
            }
            Input::Socket { id, target, message: None } => {
                self.ask(id, &target, false, true, Purpose::Ticket, None);
            }
            Input::Socket { id, target, message } => {
                self.ask(id, &target, false, true, Purpose::Socket, message);
            }
            Input::Opened { id } => self.opened(id),
            Input::Gone { id } => {
                self.requests.retain(|request| request.id != id);
                self.sockets.retain(|socket| socket.id != id);
            }
            Input::Response { id, status, challenge } => self.response(id, status, challenge),
            Input::Answer { call, http } if call.slot == LOGOUT => self.logout_answered(call, http),
            Input::Answer { call, http } => self.answered(call, http),
            Input::Logout { id, everywhere } => self.log_out(id, everywhere),
            Input::Awake => self.awake(),
            Input::Heard { session } => self.heard(session),
        }
        self.look_after_sockets();
        self.wipe();
    }

    /// The next thing to do; [`Output::Wait`] when there is nothing more.
    pub fn poll(&mut self) -> Output<'_> {
        while let Some(event) = self.events.pop_front() {
            match event {
                Event::Send(id) => {
                    let Some(at) = self.requests.iter().position(|request| request.id == id) else {
                        continue;
                    };
                    let Request { resource, purpose, .. } = self.requests[at];
                    if purpose == Purpose::Socket {
                        self.requests.swap_remove(at);
                        self.sockets.push(Socket::connecting(id, resource));
                        return Output::Connect { id };
                    }
                    let Some(token) = &self.slots[self.served_by[resource]].token else {
                        // It was dead when it came, and the next one is asked for already.
                        self.requests[at].sent = None;
                        continue;
                    };
                    let follows = self.config.resources()[resource].follows_redirects();
                    let follow = follows && purpose == Purpose::Fetch;
                    return Output::Send { id, authorization: token.expose(), follow };
                }
                Event::Greet(id) => {
                    self.greeting = self.greeting_of(id);
                    if self.greeting.is_none() {
                        continue;
                    }
                    let message = self.greeting.as_ref().map_or("", |greeting| greeting.expose());
                    return Output::Greet { id, message };
                }
                Event::HangUp(id, cause) => return Output::HangUp { id, cause },
                Event::Discard(id) => return Output::Discard { id },
                Event::Deliver(id) => return Output::Deliver { id },
                Event::Fail(id, failure) => {
                    let endpoints = matches!(failure, Failure::RefreshFailed | Failure::Unreachable);
                    return Output::Fail { id, failure, reason: if endpoints { &self.reason } else { "" } };
                }
                Event::Call(slot, Send { call, attempt }) => {
                    let route = if usize::from(slot) == SESSION { Route::Session } else { Route::Refresh };
                    let body = &self.slots[usize::from(slot)].body;
                    return Output::Call { call: CallId { slot, call }, route, attempt, body };
                }
                Event::Logout(attempt) => {
                    let Some(logout) = &self.logout else { continue };
                    return Output::Call {
                        call: logout.call,
                        route: Route::Logout,
                        attempt,
                        body: if logout.everywhere {
                            "{\"everywhere\":true}"
                        } else {
                            "{\"everywhere\":false}"
                        },
                    };
                }
                Event::Abort(call) => return Output::Abort { call },
                Event::LoggedOut(id, url) => return Output::LoggedOut { id, url },
                Event::State => {
                    return Output::State { status: self.status, session: self.session.as_deref() };
                }
                Event::Tell => return Output::Tell { session: public_id(self.session.as_deref()) },
            }
        }
        self.greeting = None;
        Output::Wait(self.wake())
    }

    /// How many requests of the page wait or are on their way.
    pub fn open_requests(&self) -> usize {
        self.requests.len()
    }

    /// How many sockets have a connection, or are about to.
    pub fn open_sockets(&self) -> usize {
        self.sockets.len()
    }

    /// How many tokens' bytes are in memory.
    pub fn tokens_held(&self) -> usize {
        self.slots.iter().filter(|slot| slot.token.is_some()).count()
    }

    fn wake(&self) -> Option<Duration> {
        let slots = self.slots.iter().filter_map(|slot| slot.refresh.wake(self.now));
        slots.chain(self.logout.as_ref().map(|logout| logout.until.remaining(self.now))).min()
    }

    fn draw(&mut self) -> Entropy {
        self.draws = self.draws.wrapping_add(1);
        self.entropy.nth(self.draws)
    }

    fn catch_up(&mut self) {
        for slot in 0..self.slots.len() {
            let entropy = self.draw();
            let effect = self.slots[slot].refresh.tick(self.now, entropy);
            self.perform(slot, effect);
        }
        if let Some(logout) = self.logout.take_if(|logout| logout.until.passed(self.now)) {
            self.events.push_back(Event::Abort(logout.call));
            self.logout_failed(&logout.ids, Failure::Unreachable);
        }
    }

    fn answered(&mut self, id: CallId, http: Http<'_>) {
        let at = usize::from(id.slot);
        let reply = Reply::read(http, at != SESSION);
        let entropy = self.draw();
        let Some(slot) = self.slots.get_mut(at) else { return };
        self.reason = reply.code;
        let effect = slot.refresh.answer(self.now, id.call, reply.answer, entropy);
        if effect.news == News::Fresh {
            slot.take(reply.token);
            let changed = reply.session.is_some() && public_id(reply.session.as_deref()) != self.public_id();
            if changed && self.session.is_some() {
                if !same_user(self.session.as_deref(), reply.session.as_deref()) {
                    self.disown(Failure::SessionEnded);
                }
                self.begin_epoch(at);
            }
            self.set_state(Status::SignedIn, reply.session.or_else(|| self.session.clone()));
            let doubted = at == SESSION && core::mem::take(&mut self.doubted);
            if changed || doubted {
                self.events.push_back(Event::Tell);
            }
        }
        self.perform(at, effect);
        if at == SESSION && effect.news == News::Failing(Trouble::Refused) {
            // The page always wants to know who is signed in.
            self.ask_session();
        }
    }

    fn perform(&mut self, slot: usize, effect: Effect) {
        let number = slot as u16;
        self.events.extend(effect.abort.map(|call| Event::Abort(CallId { slot: number, call })));
        self.events.extend(effect.send.map(|send| Event::Call(number, send)));
        match effect.news {
            News::None => {}
            News::Fresh => self.token_came(slot),
            News::Failing(trouble) => {
                let all = slot == SESSION || trouble == Trouble::Unreachable;
                if all && !self.slots.iter().any(|slot| slot.refresh.alive()) {
                    self.set_state(Status::Unreachable, self.session.clone());
                }
                let served_by = &self.served_by;
                fail_waiting(&mut self.requests, &mut self.events, trouble.into(), |request| {
                    served_by[request.resource] == slot
                });
            }
            News::Ended => {
                self.end_all(Failure::SessionEnded);
                let told = self.status != Status::SignedOut && self.session.is_some();
                self.set_state(Status::SignedOut, None);
                if told {
                    self.events.push_back(Event::Tell);
                }
            }
        }
    }

    fn awake(&mut self) {
        for slot in 0..self.slots.len() {
            let entropy = self.draw();
            self.slots[slot].refresh.nudge(self.now, entropy);
        }
    }

    /// The bytes of a token that has expired, was refused or belongs to an older epoch are not kept.
    fn wipe(&mut self) {
        for slot in self.slots.iter_mut().filter(|slot| !slot.refresh.alive()) {
            slot.token = None;
        }
    }
}
