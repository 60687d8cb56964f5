//! A vault with a virtual clock, a stream of entropy, and its outputs as values to look at.

use std::time::Duration;
use strongroom::time::Timestamp;
use strongroom::vault::refresh::{Clock, Entropy};
use strongroom::vault::{
    CallId, Config, Failure, HangUp, Http, Input, Output, Resource, Route, Status, Target, Vault,
};

/// SplitMix64: a seed reproduces exactly.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn entropy(&mut self) -> Entropy {
        let mut bytes = [0; Entropy::LEN];
        bytes
            .chunks_mut(8)
            .for_each(|chunk| chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]));
        Entropy(bytes)
    }
}

/// An [`Output`] that can be kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Done {
    Send { id: u32, authorization: String, follow: bool },
    Discard(u32),
    Deliver(u32),
    Connect(u32),
    Greet(u32, String),
    HangUp(u32, HangUp),
    Fail(u32, Failure, String),
    Call { call: CallId, route: Route, attempt: String, body: String },
    Abort(CallId),
    LoggedOut(u32, Option<String>),
    State(Status, Option<String>),
    Tell(String),
}

pub(crate) const OWN: &str = "https://app.example.com/";

pub(crate) fn url(text: &str) -> Target<'_> {
    let (scheme, rest) = text.split_once("//").expect("a URL");
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    Target { scheme, host, port, path, credentials: false }
}

pub(crate) fn resource(origin: &str, paths: &[&str], audience: &str) -> Resource {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    Config::resource(&url(origin), true, paths, Some(audience.to_owned()), None, false).expect("a resource")
}

/// What sockets of the first resource may say first.
pub(crate) const GREETING: &str = r#"{"auth":"{token}"}"#;

/// Two resources on one origin, told apart by path, and one on another.
pub(crate) fn config() -> Config {
    let resources = vec![
        resource("https://api.example.com", &["/v1/"], "one")
            .with_socket_message(GREETING.to_owned())
            .expect("a template"),
        resource("https://api.example.com", &["/v2/"], "two"),
        resource("https://files.example.com", &[], "one"),
    ];
    Config::new(
        &url(OWN),
        &url("https://app.example.com/auth"),
        Some(&url("https://id.example.com/")),
        resources,
    )
    .expect("a configuration")
}

pub(crate) struct Rig {
    pub(crate) now: Clock,
    pub(crate) random: Random,
    pub(crate) vault: Vault,
    pub(crate) wait: Option<Duration>,
}

impl Rig {
    pub(crate) fn new(seed: u64) -> Self {
        let now = Clock::from(Timestamp::from_secs(1_000_000));
        Rig { now, random: Random(seed), vault: Vault::new(now, config()), wait: None }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = Clock { wall: self.now.wall + time, monotonic: self.now.monotonic + time };
    }

    pub(crate) fn handle(&mut self, input: Input<'_>) -> Vec<Done> {
        let entropy = self.random.entropy();
        self.vault.handle(self.now, entropy, input);
        let mut done = Vec::new();
        loop {
            done.push(match self.vault.poll() {
                Output::Send { id, authorization, follow } => {
                    Done::Send { id, authorization: authorization.to_owned(), follow }
                }
                Output::Discard { id } => Done::Discard(id),
                Output::Deliver { id } => Done::Deliver(id),
                Output::Connect { id } => Done::Connect(id),
                Output::Greet { id, message } => Done::Greet(id, message.to_owned()),
                Output::HangUp { id, cause } => Done::HangUp(id, cause),
                Output::Fail { id, failure, reason } => Done::Fail(id, failure, reason.to_owned()),
                Output::Call { call, route, attempt, body } => {
                    Done::Call { call, route, attempt: format!("{attempt:?}"), body: body.to_owned() }
                }
                Output::Abort { call } => Done::Abort(call),
                Output::LoggedOut { id, url } => Done::LoggedOut(id, url),
                Output::State { status, session } => Done::State(status, session.map(str::to_owned)),
                Output::Tell { session } => Done::Tell(session.to_owned()),
                Output::Wait(wait) => {
                    self.wait = wait;
                    return done;
                }
            });
        }
    }

    pub(crate) fn fetch(&mut self, id: u32, target: &str) -> Vec<Done> {
        self.handle(Input::Fetch { id, target: url(target), forbidden_header: false, replayable: true })
    }

    pub(crate) fn socket(&mut self, id: u32, target: &str, message: Option<&str>) -> Vec<Done> {
        self.handle(Input::Socket { id, target: url(target), message })
    }

    pub(crate) fn answer(&mut self, call: CallId, status: u16, body: &str) -> Vec<Done> {
        let mut body = body.as_bytes().to_vec();
        let done = self.handle(Input::Answer {
            call,
            http: Http::Answer { status, retry_after: None, body: &mut body },
        });
        assert!(body.iter().all(|byte| *byte == 0), "what may hold a token is wiped");
        done
    }

    pub(crate) fn lost(&mut self, call: CallId) -> Vec<Done> {
        self.handle(Input::Answer { call, http: Http::Error })
    }

    pub(crate) fn response(&mut self, id: u32, status: u16, challenge: Option<&str>) -> Vec<Done> {
        self.handle(Input::Response { id, status, challenge })
    }

    /// Sleeps until the machine wants to be woken, and wakes it.
    pub(crate) fn sleep(&mut self) -> Vec<Done> {
        let wait = self.wait.expect("nothing to wait for");
        self.pass(wait);
        self.handle(Input::Tick)
    }

    /// A vault whose session is known.
    pub(crate) fn signed_in(seed: u64) -> Self {
        let mut rig = Rig::new(seed);
        let (call, ..) = only_call(&rig.handle(Input::Start));
        let done = rig.answer(call, 200, &session("s1"));
        assert!(matches!(done[0], Done::State(Status::SignedIn, _)), "{done:?}");
        rig
    }
}

pub(crate) fn session(id: &str) -> String {
    format!(r#"{{"session":{{"id":"{id}","subject":"ada"}}}}"#)
}

pub(crate) fn token(value: &str, seconds: u64) -> String {
    token_of("s1", "ada", value, seconds)
}

pub(crate) fn token_of(id: &str, subject: &str, value: &str, seconds: u64) -> String {
    format!(
        r#"{{"access_token":"{value}","token_type":"Bearer","expires_in":{seconds},"session":{{"id":"{id}","subject":"{subject}"}}}}"#
    )
}

pub(crate) fn problem(code: &str) -> String {
    format!(r#"{{"type":"about:blank","code":"{code}"}}"#)
}

/// The one request to the endpoints among these.
pub(crate) fn only_call(done: &[Done]) -> (CallId, Route, String) {
    let calls: Vec<_> = done
        .iter()
        .filter_map(|done| match done {
            Done::Call { call, route, body, .. } => Some((*call, *route, body.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(calls.len(), 1, "{done:?}");
    calls[0].clone()
}
