//! The whole machine in simulated weather: pages that fetch, cancel and sign out, servers that answer, lose, delay and
//! refuse, tabs that tell true and false things, machines that sleep. After every step the invariants are asserted.
//!
//! `STRONGROOM_SEEDS` sets how many seeds are run, `STRONGROOM_SEED` runs that one alone.

use crate::rig::{Done, GREETING, Random, Rig, problem};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;
use strongroom::vault::refresh::TIMEOUT;
use strongroom::vault::{CallId, HangUp, Input, Route, Status};

const TARGETS: [(&str, Option<&str>); 7] = [
    ("https://api.example.com/v1/me", Some("one")),
    ("https://api.example.com/v2/me", Some("two")),
    ("https://files.example.com/a/b", Some("one")),
    ("https://api.example.com/v3/me", None),
    ("https://files.example.com.evil.com/", None),
    ("http://files.example.com/", None),
    ("https://app.example.com/auth/refresh", None),
];

/// A request to the endpoints that the network still holds.
struct Pending {
    call: CallId,
    route: Route,
    body: String,
    sent: u64,
    aborted: bool,
}

/// A request of the page, or a socket that it asks for.
struct Asked {
    audience: Option<&'static str>,
    /// Whom the page saw signed in when it asked.
    user: Option<u32>,
    sends: u32,
    on_its_way: bool,
    /// A response has come for it, and is neither given nor dropped.
    answered: bool,
    /// The token it was sent with last.
    with: Option<String>,
    /// Whether it is a socket; by a message, or by a ticket.
    socket: Option<bool>,
}

impl Asked {
    fn new(audience: Option<&'static str>, user: Option<u32>, socket: Option<bool>) -> Self {
        Asked { audience, user, sends: 0, on_its_way: false, answered: false, with: None, socket }
    }
}

/// A socket that may have a connection.
struct Live {
    by_message: bool,
    open: bool,
    told: Option<String>,
}

struct World {
    rig: Rig,
    random: Random,
    seed: u64,
    next: u32,
    calls: Vec<Pending>,
    asked: HashMap<u32, Asked>,
    replied: HashSet<u32>,
    sockets: BTreeMap<u32, Live>,
    /// Tokens that may be used, with their audience and the session they belong to.
    tokens: HashMap<String, (String, u32)>,
    /// The last token of each audience and session.
    cache: HashMap<(String, u32), String>,
    minted: u32,
    /// What the server believes.
    session: Option<u32>,
    /// What the page was told last.
    status: Status,
    user: Option<u32>,
    logouts: HashSet<u32>,
    trace: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = World {
            rig: Rig::new(seed),
            random: Random(!seed),
            seed,
            next: 0,
            calls: Vec::new(),
            asked: HashMap::new(),
            replied: HashSet::new(),
            sockets: BTreeMap::new(),
            tokens: HashMap::new(),
            cache: HashMap::new(),
            minted: 0,
            session: Some(0),
            status: Status::Starting,
            user: None,
            logouts: HashSet::new(),
            trace: 0,
        };
        world.step(Input::Start);
        world
    }

    fn step(&mut self, input: Input<'_>) {
        let done = self.rig.handle(input);
        self.take(done);
    }

    fn take(&mut self, done: Vec<Done>) {
        let seed = self.seed;
        for done in done {
            let text = format!("{done:?}");
            self.trace = text
                .bytes()
                .fold(self.trace, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
            if !matches!(done, Done::Send { .. } | Done::Greet(..)) {
                assert!(!text.contains("token-"), "seed {seed}: a token came out of another door: {text}");
            }
            match done {
                Done::Send { id, authorization, .. } => {
                    let asked =
                        self.asked.get_mut(&id).unwrap_or_else(|| panic!("seed {seed}: {id} is not open"));
                    let token = authorization.strip_prefix("Bearer ").expect("a bearer token");
                    let (audience, session) = &self.tokens[token];
                    assert!(
                        asked.user.is_none_or(|user| user == user_of(*session)),
                        "seed {seed}: {id} goes out as somebody else"
                    );
                    assert_eq!(
                        asked.audience,
                        Some(audience.as_str()),
                        "seed {seed}: the wrong token for {id}"
                    );
                    assert!(!asked.on_its_way, "seed {seed}: {id} is sent while it is on its way");
                    assert!(!asked.answered, "seed {seed}: the answer to {id} is neither given nor dropped");
                    assert_ne!(
                        asked.with.as_deref(),
                        Some(token),
                        "seed {seed}: {id} is sent with the same again"
                    );
                    asked.with = Some(token.to_owned());
                    asked.sends += 1;
                    assert!(asked.sends <= 2, "seed {seed}: {id} is retried once");
                    asked.on_its_way = true;
                }
                Done::Discard(id) => {
                    let asked = self.asked.get_mut(&id).expect("an open request");
                    assert!(asked.answered, "seed {seed}: {id} has no answer to drop");
                    asked.answered = false;
                }
                Done::Deliver(id) => {
                    let Asked { socket, answered, .. } = self.asked[&id];
                    assert!(answered, "seed {seed}: {id} has no answer to give");
                    self.reply(id);
                    assert_ne!(socket, Some(true), "seed {seed}: {id} has made no request");
                    if socket.is_some() {
                        self.sockets.insert(id, Live { by_message: false, open: false, told: None });
                    }
                }
                Done::Connect(id) => {
                    assert_eq!(self.asked[&id].socket, Some(true), "seed {seed}: {id} takes a ticket");
                    self.reply(id);
                    self.sockets.insert(id, Live { by_message: true, open: false, told: None });
                }
                Done::Greet(id, message) => {
                    let (before, after) = GREETING.split_once("{token}").expect("a template");
                    let token = message.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                    let token = token.expect("the template with a token");
                    assert_eq!(self.tokens[token].0, "one", "seed {seed}: the wrong token for {id}");
                    let live = self.sockets.get_mut(&id).expect("a socket");
                    assert!(live.open && live.by_message, "seed {seed}: {id} cannot be told anything");
                    assert_ne!(live.told.as_deref(), Some(token), "seed {seed}: {id} is told the same again");
                    live.told = Some(token.to_owned());
                }
                Done::HangUp(id, cause) => {
                    let live = self.sockets.remove(&id);
                    assert!(live.is_some(), "seed {seed}: {id} is no socket");
                    let connecting =
                        live.is_some_and(|live| live.by_message && live.told.is_none() && !live.open);
                    assert!(
                        !connecting || cause == HangUp::SessionOver,
                        "seed {seed}: {id} had no token yet"
                    );
                }
                Done::Fail(id, ..) if self.logouts.remove(&id) => {}
                Done::Fail(id, ..) => {
                    assert!(!self.asked[&id].on_its_way, "seed {seed}: {id} fails while it is on its way");
                    self.reply(id);
                }
                Done::Call { call, route, body, .. } => {
                    let same = self.calls.iter().filter(|pending| !pending.aborted && pending.body == body);
                    let running =
                        same.filter(|pending| pending.route == route && self.in_time(pending)).count();
                    assert_eq!(running, 0, "seed {seed}: two requests at once for {route:?} {body}");
                    let sent = self.now();
                    self.calls.push(Pending { call, route, body, sent, aborted: false });
                }
                Done::Abort(call) => {
                    for pending in self.calls.iter_mut().filter(|pending| pending.call == call) {
                        pending.aborted = true;
                    }
                }
                Done::LoggedOut(id, _) => {
                    assert!(self.logouts.remove(&id), "seed {seed}: nobody asked for {id}")
                }
                Done::State(status, session) => {
                    self.status = status;
                    let user = session.and_then(|text| text.split("user-").nth(1)?.chars().next());
                    self.user = user.and_then(|digit| digit.to_digit(10));
                }
                Done::Tell(_) => {}
            }
        }
        assert_eq!(
            self.rig.vault.open_requests(),
            self.asked.len(),
            "seed {seed}: every request is accounted for"
        );
        assert_eq!(self.rig.vault.open_sockets(), self.sockets.len(), "seed {seed}: every socket too");
        if self.status == Status::SignedOut {
            assert!(self.sockets.is_empty(), "seed {seed}: a socket outlives the session");
        }
    }

    fn reply(&mut self, id: u32) {
        assert!(self.asked.remove(&id).is_some(), "seed {}: {id} is not open", self.seed);
        assert!(self.replied.insert(id), "seed {}: a second reply to {id}", self.seed);
    }

    fn now(&self) -> u64 {
        self.rig.now.wall.as_millis()
    }

    fn in_time(&self, pending: &Pending) -> bool {
        self.now() - pending.sent < TIMEOUT.as_millis() as u64
    }

    fn page(&mut self) {
        self.next += 1;
        let id = self.next;
        let (target, audience) = TARGETS[self.random.below(TARGETS.len() as u64) as usize];
        if self.random.one_in(4) {
            return self.page_socket(id, target, audience);
        }
        self.asked.insert(id, Asked::new(audience, self.user, None));
        let replayable = !self.random.one_in(4);
        let target = crate::rig::url(target);
        self.step(Input::Fetch { id, target, forbidden_header: false, replayable });
        if audience.is_none() {
            assert!(self.replied.contains(&id), "seed {}: an unlisted target is refused at once", self.seed);
        }
    }

    fn page_socket(&mut self, id: u32, target: &'static str, audience: Option<&'static str>) {
        let by_message = self.random.one_in(2);
        let allowed = audience.is_some() && (!by_message || target.contains("/v1/"));
        self.asked.insert(id, Asked::new(audience, self.user, Some(by_message)));
        let message = by_message.then_some(GREETING);
        self.step(Input::Socket { id, target: crate::rig::url(target), message });
        if !allowed {
            assert!(self.replied.contains(&id), "seed {}: {target} is refused at once", self.seed);
            assert!(!self.sockets.contains_key(&id), "seed {}: {target} gets no socket", self.seed);
        }
    }

    /// The network opens, breaks or closes a connection.
    fn connections(&mut self) {
        let ids: Vec<_> = self.sockets.keys().copied().collect();
        let Some(id) = ids.get(self.random.below(ids.len().max(1) as u64) as usize).copied() else { return };
        if self.random.one_in(4) {
            self.sockets.remove(&id);
            return self.step(Input::Gone { id });
        }
        if let Some(live) = self.sockets.get_mut(&id) {
            live.open = true;
        }
        self.step(Input::Opened { id });
    }

    fn any_asked(&mut self, on_its_way: bool) -> Option<u32> {
        let mut ids: Vec<_> = self
            .asked
            .iter()
            .filter(|(_, asked)| asked.on_its_way || !on_its_way)
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        (!ids.is_empty()).then(|| ids[self.random.below(ids.len() as u64) as usize])
    }

    fn resource(&mut self) {
        let Some(id) = self.any_asked(true) else { return };
        match self.random.below(5) {
            0 => self.answer(id, 401, Some(r#"Bearer error="invalid_token""#)),
            1 => {
                self.asked.remove(&id);
                self.replied.insert(id);
                self.step(Input::Gone { id });
            }
            _ => self.answer(id, 200, None),
        }
    }

    fn answer(&mut self, id: u32, status: u16, challenge: Option<&str>) {
        if let Some(asked) = self.asked.get_mut(&id) {
            (asked.on_its_way, asked.answered) = (false, true);
        }
        self.step(Input::Response { id, status, challenge });
    }

    fn endpoints(&mut self, weather: u64) {
        if self.calls.is_empty() {
            return;
        }
        let at = self.random.below(self.calls.len() as u64) as usize;
        let Pending { call, route, body, aborted, .. } = self.calls.swap_remove(at);
        let fate = self.random.below(20);
        let lost = fate < weather;
        let problem_code =
            ["store_unavailable", "provider_unreachable", "resource_unknown"][(fate % 3) as usize];
        let (status, text) = match (route, self.session) {
            (_, _) if fate < weather / 2 => (503, problem(problem_code)),
            (Route::Logout, _) => {
                self.session = None;
                (200, "{}".to_owned())
            }
            (_, None) => (401, problem("session_ended")),
            (Route::Refresh, _) if fate == 19 => (409, problem("duplicate_attempt")),
            (Route::Refresh, _) if fate == 18 => (400, problem("resource_unknown")),
            (Route::Session, Some(session)) => (200, format!(r#"{{"session":{}}}"#, session_text(session))),
            (Route::Refresh, Some(session)) => {
                let audience = body.split('"').nth(3).expect("an audience").to_owned();
                let cached = self.cache.get(&(audience.clone(), session)).filter(|_| self.random.one_in(4));
                let token = cached.cloned().unwrap_or_else(|| {
                    self.minted += 1;
                    format!("token-{}-{}", self.seed, self.minted)
                });
                self.cache.insert((audience.clone(), session), token.clone());
                self.tokens.insert(token.clone(), (audience, session));
                let life = if self.random.one_in(20) { 0 } else { 1 + self.random.below(900) };
                let who = session_text(session);
                let text = format!(r#"{{"access_token":"{token}","expires_in":{life},"session":{who}}}"#);
                (200, text)
            }
        };
        if aborted && self.random.one_in(2) {
            return;
        }
        let done = if lost && fate >= weather / 2 {
            // Or it breaks off where nobody but its reader can tell.
            match self.random.below(2 * text.len() as u64) as usize {
                end if end < text.len() => self.rig.answer(call, status, &text[..end]),
                _ => self.rig.lost(call),
            }
        } else {
            self.rig.answer(call, status, &text)
        };
        self.take(done);
    }

    fn other_tabs(&mut self) {
        match self.random.below(4) {
            0 => self.session = None,
            1 => self.session = Some(self.session.map_or(1, |session| session + 1)),
            _ => {}
        }
        let claim = match self.random.below(3) {
            0 => String::new(),
            1 => format!("s{}", self.random.below(4)),
            _ => self.session.map_or(String::new(), |session| format!("s{session}")),
        };
        self.step(Input::Heard { session: &claim });
    }

    fn time(&mut self) {
        let wait = self.rig.wait.unwrap_or(Duration::from_secs(3600));
        match self.random.below(6) {
            0 => self.rig.pass(Duration::from_millis(self.random.below(700))),
            1 => self
                .rig
                .pass(wait.min(Duration::from_secs(700)) + Duration::from_millis(self.random.below(30_000))),
            2 => {
                // Asleep: the monotonic clock stands still.
                let far = Duration::from_millis(self.random.below(2_000_000));
                self.rig.now.wall = self.rig.now.wall + far;
            }
            _ => self.rig.pass(wait.min(Duration::from_secs(700))),
        }
        self.step(Input::Tick);
    }

    fn run(&mut self) {
        let weather = self.random.below(12);
        for _ in 0..150 {
            match self.random.below(20) {
                0..=5 => self.page(),
                6..=10 => self.endpoints(weather),
                11..=13 => self.resource(),
                14..=15 => self.time(),
                16 if self.random.one_in(2) => self.time(),
                16 => self.connections(),
                17 => self.other_tabs(),
                18 => self.step(Input::Awake),
                _ if self.random.one_in(3) => {
                    self.next += 1;
                    let id = self.next;
                    self.logouts.insert(id);
                    let everywhere = self.random.one_in(2);
                    self.step(Input::Logout { id, everywhere });
                }
                _ => {
                    if let Some(id) = self.any_asked(false) {
                        self.asked.remove(&id);
                        self.replied.insert(id);
                        self.step(Input::Gone { id });
                    }
                }
            }
        }
        self.settle();
    }

    /// In good weather everything comes to an end: nothing waits for ever.
    fn settle(&mut self) {
        for _ in 0..400 {
            while let Some(id) = self.any_asked(true) {
                self.answer(id, 200, None);
            }
            while !self.calls.is_empty() {
                self.endpoints(0);
            }
            if self.asked.is_empty() && self.logouts.is_empty() {
                break;
            }
            let on_its_way = self.asked.values().any(|asked| asked.on_its_way);
            assert!(on_its_way || self.rig.wait.is_some(), "seed {}: waits for nothing", self.seed);
            self.rig.pass(self.rig.wait.unwrap_or_default());
            self.step(Input::Tick);
        }
        let left: Vec<_> = self.asked.keys().collect();
        assert!(left.is_empty() && self.logouts.is_empty(), "seed {}: never answered: {left:?}", self.seed);
    }

    /// The page learns the truth in the end, once another tab makes it look.
    fn converge(&mut self) {
        let truth = self.session.map_or(String::new(), |session| format!("s{session}"));
        for _ in 0..3 {
            self.step(Input::Heard { session: "somebody else" });
            self.step(Input::Heard { session: &truth });
            for _ in 0..50 {
                while !self.calls.is_empty() {
                    self.endpoints(0);
                }
                let Some(wait) = self.rig.wait.filter(|wait| *wait < Duration::from_secs(400)) else { break };
                self.rig.pass(wait);
                self.step(Input::Tick);
            }
        }
        let expected = if self.session.is_some() { Status::SignedIn } else { Status::SignedOut };
        assert_eq!(self.status, expected, "seed {}", self.seed);
    }
}

/// Two sessions in a row are one user's.
fn user_of(session: u32) -> u32 {
    session / 2 % 3
}

fn session_text(session: u32) -> String {
    format!(r#"{{"id":"s{session}","subject":"user-{}"}}"#, user_of(session))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_weather_keeps_the_invariants() {
    let seeds = match number("STRONGROOM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("STRONGROOM_SEEDS").unwrap_or(3_000),
    };
    for seed in seeds {
        let mut world = World::new(seed);
        world.run();
        world.converge();
    }
}

#[test]
fn a_seed_reproduces_exactly() {
    for seed in 0..20 {
        let trace = || {
            let mut world = World::new(seed);
            world.run();
            world.trace
        };
        assert_eq!(trace(), trace());
    }
}
