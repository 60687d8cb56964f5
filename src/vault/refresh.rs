//! One access token's refresh: when to ask for a new one, how to retry, and which answers still count. It knows the
//! token's life, *not* its bytes, and it performs nothing itself.
//!
//! One [`Refresh`] serves one (audience, scope) in one tab, so at most one refresh is in flight for each. It is a small
//! `Copy`-free value without allocation; the vault holds one per token, and the fleet simulation holds one per tab.
//!
//! # Calling contract
//!
//! - Call [`want`](Refresh::want) when the token is about to be used, [`answer`](Refresh::answer) when a request that
//!   it asked for has been answered or has failed, and [`tick`](Refresh::tick) when [`wake`](Refresh::wake) has passed.
//!   A late tick is harmless: every deadline is checked at use.
//! - Each of them gives an [`Effect`]. Perform it before the next call: first `abort` (the answer of that call must
//!   reach neither this machine nor the cookie jar any more), then `send`.
//! - Each call takes entropy of its own, so that the machine is deterministic.
//!
//! ```
//! use core::time::Duration;
//! use strongroom::time::Timestamp;
//! use strongroom::vault::refresh::{Access, Answer, Clock, Entropy, News, Refresh};
//!
//! let now = Clock::from(Timestamp::from_secs(1_000));
//! let mut refresh = Refresh::new();
//! let (access, effect) = refresh.want(now, Entropy([1; 20]));
//! assert_eq!(access, Access::Wait);
//! let send = effect.send.unwrap(); // POST /refresh with `strongroom-attempt: <send.attempt.text()>`
//! let answer = Answer::Token { expires_in: Duration::from_secs(600) };
//! assert_eq!(refresh.answer(now, send.call, answer, Entropy([2; 20])).news, News::Fresh);
//! assert_eq!(refresh.want(now, Entropy([3; 20])).0, Access::Ready);
//! ```

pub use super::attempt::{Attempt, Entropy};
pub use super::clock::{Clock, Deadline};
use core::time::Duration;

/// How long an attempt's answer is waited for. A later one is ignored and the request aborted: the server's rotation
/// relies on it.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest pause between two tries, unless the server asks for a longer one.
pub const BACKOFF_CAP: Duration = Duration::from_secs(30);

/// The longest `Retry-After` that is honoured.
pub const RETRY_AFTER_CAP: Duration = Duration::from_secs(300);

/// A token in use is renewed after this share of its life, in per cent …
const RENEW_PERCENT: u32 = 75;

/// … and up to this much later, so that tabs and browsers do not ask all at once: at 80 % on average.
const RENEW_SPREAD_PERCENT: u32 = 10;

/// A token is not used any more when this share of its life is left, in per cent, or 10 seconds if that is less.
const MARGIN_PERCENT: u32 = 10;

const BACKOFF_FIRST: Duration = Duration::from_millis(500);

/// A rejected token younger than this is not refreshed: a resource that answers 401 to everything must not turn each
/// request into a refresh.
const REJECT_AGE: Duration = Duration::from_secs(2);

/// After so many failed tries in a row, those who wait are told. The tries go on.
const PATIENCE: u8 = 3;

/// So many answers `duplicate_attempt` in a row are followed by a new attempt at once, further ones after a pause.
const DUPLICATES: u8 = 3;

/// Names one request on its way. Answers that carry the name of another one are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Call {
    /// Counts log-ins and log-outs.
    pub epoch: u32,
    /// Counts requests.
    pub number: u32,
}

/// A request to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Send {
    /// To be given back with the answer.
    pub call: Call,
    /// Goes into the `strongroom-attempt` header.
    pub attempt: Attempt,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200 with a token.
    Token {
        /// The answer's `expires_in`.
        expires_in: Duration,
    },
    /// 401 `session_ended`. Nothing else means signed out.
    Ended,
    /// 409 `duplicate_attempt`.
    Duplicate,
    /// 429 or 503.
    Busy {
        /// The answer's `Retry-After`, if any.
        retry_after: Option<Duration>,
    },
    /// A network error or another 5xx.
    Failed,
    /// Any other answer: trying again unchanged will not help.
    Refused,
}

/// Whether the token can be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is there and alive.
    Ready,
    /// It is being fetched: wait for [`News`].
    Wait,
    /// It cannot be fetched at present.
    Failing(Trouble),
    /// There is no session.
    Ended,
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Network errors, time-outs, 5xx, 429.
    Unreachable,
    /// The server answered, and will not serve this client as it is.
    Refused,
}

/// What those who wait have to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum News {
    /// Nothing new for them.
    #[default]
    None,
    /// The token just answered is the one to use from now on.
    Fresh,
    /// Several tries have failed, or the server asked for a pause. Those who wait should be told; trying goes on.
    Failing(Trouble),
    /// The session is over, and the token with it.
    Ended,
}

/// What to perform after a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Effect {
    /// Abort this request.
    pub abort: Option<Call>,
    /// Make this request.
    pub send: Option<Send>,
    /// Tell those who wait.
    pub news: News,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Idle,
    Sent { attempt: Attempt, since: Clock, until: Deadline },
    Pausing { attempt: Attempt, until: Deadline, asked: bool },
    Ended,
}

#[derive(Clone, Copy, Debug)]
struct Life {
    born: Clock,
    renew: Deadline,
    expires: Deadline,
}

/// The refresh of one token. See the module's documentation.
#[derive(Debug)]
pub struct Refresh {
    phase: Phase,
    call: Call,
    life: Option<Life>,
    serial: u32,
    failures: u8,
    duplicates: u8,
    trouble: Trouble,
    /// Used since the token came, or waited for: idle tabs do not refresh.
    used: bool,
}

impl Default for Refresh {
    fn default() -> Self {
        Self::new()
    }
}

impl Refresh {
    /// No token, nothing under way.
    pub const fn new() -> Self {
        Refresh {
            phase: Phase::Idle,
            call: Call { epoch: 0, number: 0 },
            life: None,
            serial: 0,
            failures: 0,
            duplicates: 0,
            trouble: Trouble::Unreachable,
            used: false,
        }
    }

    /// The token is about to be used. Starts a refresh if there is none alive, or if it nears its end.
    pub fn want(&mut self, now: Clock, entropy: Entropy) -> (Access, Effect) {
        self.used = true;
        let mut effect = self.tick(now, entropy);
        if matches!(self.phase, Phase::Ended) {
            return (Access::Ended, effect);
        }
        if self.life.is_some() {
            return (Access::Ready, effect);
        }
        if matches!(self.phase, Phase::Idle) {
            effect.send = Some(self.start(now, entropy.attempt()));
        }
        match self.phase {
            Phase::Pausing { asked, .. } if asked || self.failures >= PATIENCE => {
                (Access::Failing(self.trouble), effect)
            }
            _ => (Access::Wait, effect),
        }
    }

    /// Time has passed: drops what has expired, times out, tries again, refreshes ahead of time.
    pub fn tick(&mut self, now: Clock, entropy: Entropy) -> Effect {
        if self.life.is_some_and(|life| life.expires.passed(now)) {
            self.life = None;
        }
        match self.phase {
            Phase::Sent { attempt, until, .. } if until.passed(now) => {
                let abort = Some(self.call);
                let news = self.fail(now, attempt, None, Trouble::Unreachable, entropy);
                Effect { abort, news, send: None }
            }
            Phase::Pausing { attempt, until, .. } if until.passed(now) && self.used => {
                Effect { send: Some(self.start(now, attempt)), ..Effect::default() }
            }
            Phase::Idle if self.used && self.life.is_some_and(|life| life.renew.passed(now)) => {
                Effect { send: Some(self.start(now, entropy.attempt())), ..Effect::default() }
            }
            _ => Effect::default(),
        }
    }

    /// A request has been answered or has failed. Answers to another call than the one in flight, and answers later
    /// than [`TIMEOUT`], are dropped: if `news` is not [`News::Fresh`], a token in the answer must be wiped unused.
    pub fn answer(&mut self, now: Clock, call: Call, answer: Answer, entropy: Entropy) -> Effect {
        let Phase::Sent { attempt, since, until } = self.phase else { return Effect::default() };
        if call != self.call {
            return Effect::default();
        }
        if until.passed(now) {
            return self.tick(now, entropy);
        }
        let news = match answer {
            Answer::Token { expires_in } => {
                self.accept(now, since, expires_in, entropy);
                News::Fresh
            }
            Answer::Ended => {
                self.life = None;
                self.phase = Phase::Ended;
                News::Ended
            }
            Answer::Duplicate if self.duplicates < DUPLICATES => {
                self.duplicates += 1;
                return Effect { send: Some(self.start(now, entropy.attempt())), ..Effect::default() };
            }
            Answer::Duplicate => self.fail(now, entropy.attempt(), None, Trouble::Unreachable, entropy),
            Answer::Busy { retry_after } => {
                self.fail(now, attempt, retry_after, Trouble::Unreachable, entropy)
            }
            Answer::Failed => self.fail(now, attempt, None, Trouble::Unreachable, entropy),
            Answer::Refused => {
                self.failures = self.failures.max(PATIENCE - 1);
                self.used = false;
                self.fail(now, entropy.attempt(), None, Trouble::Refused, entropy)
            }
        };
        Effect { news, ..Effect::default() }
    }

    /// A resource said that the token with this [`serial`](Self::serial) is no longer good. [`Access::Ready`] means: a
    /// newer one is there, use that; [`Access::Failing`]: there will be none, pass the resource's answer on.
    pub fn reject(&mut self, now: Clock, serial: u32, entropy: Entropy) -> (Access, Effect) {
        if let Some(life) = self.life
            && serial == self.serial
        {
            if !Deadline::after(life.born, REJECT_AGE).passed(now) {
                return (Access::Failing(Trouble::Refused), Effect::default());
            }
            self.life = None;
        }
        self.want(now, entropy)
    }

    /// Something speaks for trying now (the browser is online again, the page is visible): cuts a pause short, unless
    /// the server asked for it.
    pub fn nudge(&mut self, now: Clock, entropy: Entropy) {
        if let Phase::Pausing { until, asked: false, .. } = &mut self.phase {
            let soon = Deadline::after(now, BACKOFF_FIRST * entropy.jitter() / 0x1_0000);
            if soon.remaining(now) < until.remaining(now) {
                *until = soon;
            }
        }
    }

    /// A log-in here or elsewhere, or a log-out elsewhere: forget everything and begin a new epoch. Answers of the
    /// older one are dropped. Gives the call to abort.
    #[must_use]
    pub fn restart(&mut self) -> Option<Call> {
        let abort = matches!(self.phase, Phase::Sent { .. }).then_some(self.call);
        let call = Call { epoch: self.call.epoch.wrapping_add(1), number: self.call.number };
        *self = Refresh { call, serial: self.serial, ..Refresh::new() };
        abort
    }

    /// A log-out: the same, and no refresh is tried until the next [`restart`](Self::restart).
    #[must_use]
    pub fn end(&mut self) -> Option<Call> {
        let abort = self.restart();
        self.phase = Phase::Ended;
        abort
    }

    /// Whether a token was there at the last call, so that its bytes may be kept.
    pub const fn alive(&self) -> bool {
        self.life.is_some()
    }

    /// The token that has just come is the one that was there before: it keeps its serial.
    pub const fn unchanged(&mut self) {
        self.serial = self.serial.wrapping_sub(1);
    }

    /// Counts the tokens received that differ; names the present one.
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// Counts log-ins and log-outs.
    pub const fn epoch(&self) -> u32 {
        self.call.epoch
    }

    /// The call in flight, if any.
    pub fn in_flight(&self) -> Option<Call> {
        matches!(self.phase, Phase::Sent { .. }).then_some(self.call)
    }

    /// When [`tick`](Self::tick) should be called next, counted from `now`; `None`: not before the next other call.
    pub fn wake(&self, now: Clock) -> Option<Duration> {
        let phase = match self.phase {
            Phase::Sent { until, .. } => Some(until),
            Phase::Pausing { until, .. } if self.used => Some(until),
            Phase::Idle if self.used => self.life.map(|life| life.renew),
            _ => None,
        };
        let expiry = self.life.map(|life| life.expires);
        [phase, expiry].into_iter().flatten().map(|deadline| deadline.remaining(now)).min()
    }

    fn start(&mut self, now: Clock, attempt: Attempt) -> Send {
        self.call.number = self.call.number.wrapping_add(1);
        self.phase = Phase::Sent { attempt, since: now, until: Deadline::after(now, TIMEOUT) };
        Send { call: self.call, attempt }
    }

    /// Life is counted from the moment of asking, and ends a little early: the request that carries the token takes
    /// time too.
    fn accept(&mut self, now: Clock, since: Clock, expires_in: Duration, entropy: Entropy) {
        let per_cent = |share: u32| expires_in.saturating_mul(share) / 100;
        let margin = per_cent(MARGIN_PERCENT).min(Duration::from_secs(10));
        let spread = per_cent(RENEW_SPREAD_PERCENT).saturating_mul(entropy.jitter()) / 0x1_0000;
        let renew = per_cent(RENEW_PERCENT).saturating_add(spread);
        self.life = Some(Life {
            born: now,
            renew: Deadline::after(since, renew),
            expires: Deadline::after(since, expires_in.saturating_sub(margin)),
        });
        self.serial = self.serial.wrapping_add(1);
        self.duplicates = 0;
        self.used = false;
        if self.life.is_some_and(|life| life.expires.passed(now)) {
            // Good for those who wait, if at all. The next question comes after a pause, lest each answer lead to another.
            let _ = self.fail(now, entropy.attempt(), None, Trouble::Unreachable, entropy);
        } else {
            (self.phase, self.failures) = (Phase::Idle, 0);
        }
    }

    fn fail(
        &mut self,
        now: Clock,
        attempt: Attempt,
        retry_after: Option<Duration>,
        trouble: Trouble,
        entropy: Entropy,
    ) -> News {
        let full = (BACKOFF_FIRST * (1 << self.failures.min(6))).min(BACKOFF_CAP);
        let pause = full / 2 + full / 2 * entropy.jitter() / 0x1_0000;
        let asked = retry_after.map(|duration| duration.min(RETRY_AFTER_CAP) + pause);
        let until = Deadline::after(now, asked.unwrap_or(pause));
        self.phase = Phase::Pausing { attempt, until, asked: asked.is_some() };
        self.failures = self.failures.saturating_add(1);
        self.trouble = trouble;
        if asked.is_some() || self.failures >= PATIENCE { News::Failing(trouble) } else { News::None }
    }
}
