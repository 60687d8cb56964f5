//! The machine behind one page's vault: requests of the page, tokens, refreshes, the session's state.

use super::attempt::{Attempt, Entropy};
use super::clock::{Clock, Deadline};
use super::config::Config;
use super::json::{member, push_string};
use super::origin::Target;
use super::refresh::{Access, Answer, Call, Effect, News, Refresh, Send, TIMEOUT, Trouble};
use super::reply::{Http, Reply, token_is_rejected};
use crate::secret::Secret;
use core::time::Duration;
use std::collections::VecDeque;

/// The headers that a page must not set itself.
pub const FORBIDDEN_HEADERS: [&str; 3] = ["authorization", "cookie", "dpop"];

/// The most requests of one page that may be open at once.
pub const REQUEST_LIMIT: usize = 4096;

/// What happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// The vault has just started.
    Start,
    /// Time has passed.
    Tick,
    /// The page asks for a request.
    Fetch {
        /// The page's number for it, not in use at present.
        id: u32,
        /// Where it goes.
        target: Target<'a>,
        /// Whether it carries one of the [`FORBIDDEN_HEADERS`].
        forbidden_header: bool,
        /// Whether its body can be sent twice.
        replayable: bool,
    },
    /// The page gave a request up, or it failed on the network.
    Gone {
        /// The page's number.
        id: u32,
    },
    /// The head of a response to a page's request has come.
    Response {
        /// The page's number.
        id: u32,
        /// Its status code.
        status: u16,
        /// Its `WWW-Authenticate` header, where visible.
        challenge: Option<&'a str>,
    },
    /// A request to the endpoints has ended.
    Answer {
        /// Its name.
        call: CallId,
        /// How it ended.
        http: Http<'a>,
    },
    /// The page asks for a log-out.
    Logout {
        /// The page's number for it.
        id: u32,
        /// In all browsers, not in this one alone.
        everywhere: bool,
    },
    /// The browser is online again, the page is visible or has been brought back.
    Awake,
    /// Another tab told what session it sees: its public id, or nothing when it saw it end.
    Heard {
        /// The public id.
        session: &'a str,
    },
}

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Output<'a> {
    /// Make the page's request.
    Send {
        /// The page's number.
        id: u32,
        /// The `authorization` header. It goes nowhere else.
        authorization: &'a str,
        /// Whether redirects may be followed.
        follow: bool,
    },
    /// Drop the response that has come for the page's request; the request will be made again.
    Discard {
        /// The page's number.
        id: u32,
    },
    /// Hand the response that has come to the page.
    Deliver {
        /// The page's number.
        id: u32,
    },
    /// Tell the page that its request or its log-out has failed.
    Fail {
        /// The page's number.
        id: u32,
        /// Why.
        failure: Failure,
        /// The stable `code` that the endpoints gave for it, or nothing.
        reason: &'a str,
    },
    /// Make a request to the endpoints: POST, JSON.
    Call {
        /// Its name, to be given back.
        call: CallId,
        /// Which endpoint.
        route: Route,
        /// The `strongroom-attempt` header.
        attempt: Attempt,
        /// The body.
        body: &'a str,
    },
    /// Abort a request to the endpoints.
    Abort {
        /// Its name.
        call: CallId,
    },
    /// The log-out is done.
    LoggedOut {
        /// The page's number.
        id: u32,
        /// Where the provider's own log-out begins, if it has one.
        url: Option<String>,
    },
    /// The session's state has changed: tell the page.
    State {
        /// Whether someone is signed in.
        status: Status,
        /// Who, as JSON text.
        session: Option<&'a str>,
    },
    /// Tell the other tabs what session this one sees.
    Tell {
        /// Its public id, or nothing when it has ended.
        session: &'a str,
    },
    /// Nothing more to do until the next input; if nothing else comes, [`Input::Tick`] after this time.
    Wait(Option<Duration>),
}

/// Names a request to the endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId {
    slot: u16,
    call: Call,
}

/// One of the endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Who is signed in.
    Session,
    /// A token for one (audience, scope).
    Refresh,
    /// The end of the session.
    Logout,
}

/// Whether someone is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not known yet.
    Starting,
    /// Yes.
    SignedIn,
    /// No.
    SignedOut,
    /// The endpoints cannot be reached, and no token is left.
    Unreachable,
}

/// Why a request of the page is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No resource covers it.
    ResourceNotAllowed,
    /// Neither https nor loopback.
    InsecureUrl,
    /// It carries a header that is the vault's to set.
    HeaderForbidden,
    /// Nobody is signed in.
    SignedOut,
    /// The session ended while it waited.
    SessionEnded,
    /// The endpoints refuse to give a token.
    RefreshFailed,
    /// The endpoints cannot be reached.
    Unreachable,
    /// Too many are open.
    RequestLimit,
}

/// A token, its refresh, and what is asked to get it. The first slot has no token: it asks for the session alone.
#[derive(Debug)]
struct Slot {
    refresh: Refresh,
    token: Option<Secret<String>>,
    body: String,
}

#[derive(Debug)]
struct Request {
    id: u32,
    resource: usize,
    replayable: bool,
    retried: bool,
    /// The serial of the token it was sent with; `None` while it waits for one.
    sent: Option<u32>,
}

#[derive(Debug)]
struct Logout {
    id: u32,
    call: CallId,
    body: &'static str,
    until: Deadline,
}

#[derive(Debug)]
enum Event {
    Send(u32),
    Discard(u32),
    Deliver(u32),
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
        let mut slots = vec![Slot { refresh: Refresh::new(), token: None, body: String::from("{}") }];
        let mut served_by = Vec::with_capacity(config.resources().len());
        for resource in config.resources() {
            let body = question(resource.audience.as_deref(), resource.scope.as_deref());
            let known = slots.iter().skip(1).position(|slot| slot.body == body).map(|at| at + 1);
            served_by.push(known.unwrap_or(slots.len()));
            if known.is_none() {
                slots.push(Slot { refresh: Refresh::new(), token: None, body });
            }
        }
        Vault {
            config,
            slots,
            served_by,
            requests: Vec::new(),
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
                if let Err(failure) = self.fetch(id, &target, forbidden_header, replayable) {
                    self.events.push_back(Event::Fail(id, failure));
                }
            }
            Input::Gone { id } => self.requests.retain(|request| request.id != id),
            Input::Response { id, status, challenge } => self.response(id, status, challenge),
            Input::Answer { call, http } if call.slot == LOGOUT => self.logout_answered(call, http),
            Input::Answer { call, http } => self.answered(call, http),
            Input::Logout { id, everywhere } => self.log_out(id, everywhere),
            Input::Awake => self.awake(),
            Input::Heard { session } => self.heard(session),
        }
        self.wipe();
    }

    /// The next thing to do; [`Output::Wait`] when there is nothing more.
    pub fn poll(&mut self) -> Output<'_> {
        while let Some(event) = self.events.pop_front() {
            match event {
                Event::Send(id) => {
                    let Some(request) = self.requests.iter().find(|request| request.id == id) else {
                        continue;
                    };
                    let resource = request.resource;
                    let Some(token) =
                        self.served_by.get(resource).and_then(|slot| self.slots[*slot].token.as_ref())
                    else {
                        continue;
                    };
                    let follow = self.config.resources()[resource].follows_redirects();
                    return Output::Send { id, authorization: token.expose(), follow };
                }
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
                        body: logout.body,
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
        Output::Wait(self.wake())
    }

    /// How many requests of the page wait or are on their way.
    pub fn open_requests(&self) -> usize {
        self.requests.len()
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
            self.logout_failed(logout.id, Failure::Unreachable);
        }
    }

    fn fetch(
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

    fn response(&mut self, id: u32, status: u16, challenge: Option<&str>) {
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
    fn retry(&mut self, at: usize, serial: u32) -> bool {
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

    fn answered(&mut self, id: CallId, http: Http<'_>) {
        let at = usize::from(id.slot);
        let reply = Reply::read(http, at != SESSION);
        let entropy = self.draw();
        let Some(slot) = self.slots.get_mut(at) else { return };
        self.reason = reply.code;
        let effect = slot.refresh.answer(self.now, id.call, reply.answer, entropy);
        if effect.news == News::Fresh {
            slot.token = reply.token;
            let changed = reply.session.is_some() && public_id(reply.session.as_deref()) != self.public_id();
            if changed && self.session.is_some() {
                self.begin_epoch(at);
            }
            self.set_state(Status::SignedIn, reply.session.or_else(|| self.session.clone()));
            let doubted = at == SESSION && core::mem::take(&mut self.doubted);
            if changed || doubted {
                self.events.push_back(Event::Tell);
            }
        }
        self.perform(at, effect);
    }

    /// Another session than before: what belongs to the old one must not be used any more.
    fn begin_epoch(&mut self, except: usize) {
        for (at, slot) in self.slots.iter_mut().enumerate().filter(|(at, _)| *at != except) {
            let abort = slot.refresh.restart();
            let call = abort.map(|call| Event::Abort(CallId { slot: at as u16, call }));
            self.events.extend(call);
        }
        self.resume_waiting();
    }

    /// Those who wait for a refresh that has been given up ask for another.
    fn resume_waiting(&mut self) {
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

    fn perform(&mut self, slot: usize, effect: Effect) {
        let number = slot as u16;
        self.events.extend(effect.abort.map(|call| Event::Abort(CallId { slot: number, call })));
        self.events.extend(effect.send.map(|send| Event::Call(number, send)));
        match effect.news {
            News::None => {}
            News::Fresh => {
                let serial = self.slots[slot].refresh.serial();
                for request in &mut self.requests {
                    if request.sent.is_none() && self.served_by[request.resource] == slot {
                        request.sent = Some(serial);
                        self.events.push_back(Event::Send(request.id));
                    }
                }
            }
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
                self.end_all();
                fail_waiting(&mut self.requests, &mut self.events, Failure::SessionEnded, |_| true);
                let told = self.status != Status::SignedOut && self.session.is_some();
                self.set_state(Status::SignedOut, None);
                if told {
                    self.events.push_back(Event::Tell);
                }
            }
        }
    }

    fn end_all(&mut self) {
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let abort = slot.refresh.end();
            self.events.extend(abort.map(|call| Event::Abort(CallId { slot: at as u16, call })));
        }
    }

    fn log_out(&mut self, id: u32, everywhere: bool) {
        self.end_all();
        fail_waiting(&mut self.requests, &mut self.events, Failure::SignedOut, |_| true);
        if let Some(earlier) = self.logout.take() {
            self.events.push_back(Event::Abort(earlier.call));
            self.events.push_back(Event::Fail(earlier.id, Failure::Unreachable));
        }
        self.logouts = self.logouts.wrapping_add(1);
        self.logout = Some(Logout {
            id,
            call: CallId { slot: LOGOUT, call: Call { epoch: 0, number: self.logouts } },
            body: if everywhere { "{\"everywhere\":true}" } else { "{\"everywhere\":false}" },
            until: Deadline::after(self.now, TIMEOUT),
        });
        let attempt = self.draw().attempt();
        self.events.push_back(Event::Logout(attempt));
    }

    fn logout_answered(&mut self, call: CallId, http: Http<'_>) {
        let reply = Reply::read(http, false);
        let Some(logout) = self.logout.take_if(|logout| logout.call == call) else { return };
        self.reason = reply.code;
        match reply.answer {
            Answer::Token { .. } | Answer::Ended => {
                self.set_state(Status::SignedOut, None);
                self.events.push_back(Event::LoggedOut(logout.id, reply.logout_url));
                self.events.push_back(Event::Tell);
            }
            Answer::Refused => self.logout_failed(logout.id, Failure::RefreshFailed),
            _ => self.logout_failed(logout.id, Failure::Unreachable),
        }
    }

    /// The cookie may still be there: find out, rather than claim that the user is out.
    fn logout_failed(&mut self, id: u32, failure: Failure) {
        self.events.push_back(Event::Fail(id, failure));
        for slot in &mut self.slots {
            let _ = slot.refresh.restart();
        }
        self.ask_session();
    }

    fn awake(&mut self) {
        for slot in 0..self.slots.len() {
            let entropy = self.draw();
            self.slots[slot].refresh.nudge(self.now, entropy);
        }
    }

    /// A hint, which any script of the origin can forge: it is looked into, not believed.
    fn heard(&mut self, session: &str) {
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

    fn ask_session(&mut self) {
        let entropy = self.draw();
        let (_, effect) = self.slots[SESSION].refresh.want(self.now, entropy);
        self.perform(SESSION, effect);
    }

    fn set_state(&mut self, status: Status, session: Option<String>) {
        if self.status != status || self.session != session {
            (self.status, self.session) = (status, session);
            self.events.push_back(Event::State);
        }
    }

    fn public_id(&self) -> &str {
        public_id(self.session.as_deref())
    }

    /// The bytes of a token that has expired, was refused or belongs to an older epoch are not kept.
    fn wipe(&mut self) {
        for slot in self.slots.iter_mut().filter(|slot| !slot.refresh.alive()) {
            slot.token = None;
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable => Failure::Unreachable,
            Trouble::Refused => Failure::RefreshFailed,
        }
    }
}

/// The body of a refresh request.
fn question(audience: Option<&str>, scope: Option<&str>) -> String {
    let mut body = String::from("{");
    for (name, value) in [("audience", audience), ("scope", scope)] {
        if let Some(value) = value {
            if body.len() > 1 {
                body.push(',');
            }
            push_string(&mut body, name);
            body.push(':');
            push_string(&mut body, value);
        }
    }
    body.push('}');
    body
}

fn public_id(session: Option<&str>) -> &str {
    session
        .and_then(|text| member(text.as_bytes(), "id"))
        .and_then(super::json::plain_string)
        .unwrap_or_default()
}

fn fail_waiting(
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
