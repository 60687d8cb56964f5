//! When to fetch an issuer's keys and how long to serve them: a machine without I/O.
//!
//! Calling contract: ask with [`KeySet::verify`]. On [`Step::Fetch`] perform one fetch, hand its outcome to
//! [`KeySet::fetched`] or [`KeySet::failed`] under that ticket, and ask again. On [`Step::Wait`] ask again after that time: a
//! caller never depends on another's fetch to complete, only on its own clock, since a runtime may drop the other
//! caller's work. Pass the same [`Generation`] each time, taken before the first question.
//!
//! Fresh keys are served; from three quarters of their time on they are refreshed in the background. Stale keys are
//! refreshed first by one caller, while the others are served; if that fails they serve on, up to a hard ceiling. An unknown key id or a
//! bad signature may ask for a fetch out of one small token bucket, so forged tokens do not become a flood of fetches.

use super::claims::Claims;
use super::error::{KeyLookup, TokenError};
use super::fetching::{Fetching, Refetches, UnknownKids};
use super::keys::Keys;
use super::verifier::{Verified, Verifier};
use crate::time::Timestamp;
use core::time::Duration;

/// How long a key set is fresh if the server does not say, and the bounds if it does.
const DEFAULT_FRESH: u64 = 600;
const FRESH_BOUNDS: (u64, u64) = (60, 24 * 60 * 60);

/// Keys older than this are not served, whatever happens.
const HARD_CEILING: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a waiting caller asks again.
const POLL: Duration = Duration::from_millis(10);

/// One issuer's keys over time.
#[derive(Debug)]
pub struct KeySet {
    held: Option<Held>,
    generation: Generation,
    /// `None` for keys that were given, not fetched.
    remote: Option<Remote>,
    max_keys: usize,
}

/// How many fetches have succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

/// Permission for one fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u32);

/// What a caller has to do.
#[derive(Debug)]
pub enum Step<T> {
    /// Nothing: here is the answer.
    Done(T),
    /// Fetch the keys, tell the outcome, ask again.
    Fetch(Ticket),
    /// Ask again after that time.
    Wait(Duration),
}

#[derive(Debug)]
struct Held {
    keys: Keys,
    refresh_at: Timestamp,
    fresh_until: Timestamp,
    dead_at: Timestamp,
}

#[derive(Debug, Default)]
struct Remote {
    fetching: Fetching,
    refetches: Refetches,
    unknown: UnknownKids,
}

impl KeySet {
    /// Keys that are given once and never fetched.
    pub fn fixed(keys: Keys) -> KeySet {
        let never = Timestamp::NEVER;
        let held = Held { keys, refresh_at: never, fresh_until: never, dead_at: never };
        KeySet { held: Some(held), generation: Generation(0), remote: None, max_keys: 0 }
    }

    /// Keys that are fetched, at most `max_keys` of them.
    pub fn remote(max_keys: usize) -> KeySet {
        KeySet { held: None, generation: Generation(0), remote: Some(Remote::default()), max_keys }
    }

    /// To be taken before the first question of a call.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Verifies a token, or says what is needed first. `seen` is the generation when this call began.
    ///
    /// The inner error is the verdict; [`TokenError::KeysUnavailable`] if there can be none now.
    pub fn verify(
        &mut self,
        verifier: &Verifier,
        now: Timestamp,
        token: &str,
        seen: Generation,
    ) -> Step<Result<Verified<Claims>, TokenError>> {
        // A token that no key could save is refused before any fetch.
        let candidate = match verifier.parse(token) {
            Ok(candidate) => candidate,
            Err(error) => return Step::Done(Err(error)),
        };
        match self.prepare(now) {
            Step::Done(Ok(())) => {}
            Step::Done(Err(error)) => return Step::Done(Err(error)),
            Step::Fetch(ticket) => return Step::Fetch(ticket),
            Step::Wait(time) => return Step::Wait(time),
        }
        let kid = candidate.kid().map(str::to_owned);
        let authentic = self.find(&candidate).and_then(|key| candidate.authenticate(key));
        match authentic {
            Ok(token) => Step::Done(verifier.check_claims(now, token)),
            Err(error) => match self.may_newer_keys_help(now, seen, kid.as_deref(), &error) {
                Some(step) => step,
                None => Step::Done(Err(error)),
            },
        }
    }

    /// Verifies with the keys that are held.
    ///
    /// # Errors
    /// The verdict; [`TokenError::AsyncRequired`] if keys would have to be fetched first.
    pub fn verify_held(
        &self,
        verifier: &Verifier,
        now: Timestamp,
        token: &str,
    ) -> Result<Verified<Claims>, TokenError> {
        let candidate = verifier.parse(token)?;
        let held = self.held.as_ref().filter(|held| now < held.dead_at).ok_or(TokenError::AsyncRequired)?;
        let key = match held.keys.find(candidate.kid(), candidate.algorithm()) {
            Err(TokenError::KeyNotFound(KeyLookup::Unknown)) if self.would_refetch(now, candidate.kid()) => {
                return Err(TokenError::AsyncRequired);
            }
            found => found?,
        };
        verifier.check_claims(now, candidate.authenticate(key)?)
    }

    /// What is wrong with a token's key or signature, with the keys that are held; its claims are not looked at.
    pub(super) fn signature_problem(
        &self,
        verifier: &Verifier,
        now: Timestamp,
        token: &str,
    ) -> Option<TokenError> {
        // What is wrong with the form and the header is told elsewhere.
        let candidate = verifier.parse(token).ok()?;
        if self.held.as_ref().is_none_or(|held| now >= held.dead_at) {
            return Some(TokenError::KeysUnavailable);
        }
        self.find(&candidate).and_then(|key| candidate.authenticate(key)).err()
    }

    /// Makes sure that keys are held: fresh ones, or stale ones if there are no others.
    pub fn prepare(&mut self, now: Timestamp) -> Step<Result<(), TokenError>> {
        let live = self.held.as_ref().filter(|held| now < held.dead_at);
        let is_fresh = live.is_some_and(|held| now < held.fresh_until);
        let Some(remote) = self.remote.as_mut().filter(|_| !is_fresh) else { return Step::Done(Ok(())) };
        match (remote.fetching.begin(now), live.is_some()) {
            (Some(ticket), _) => Step::Fetch(ticket),
            (None, true) => Step::Done(Ok(())),
            (None, false) if remote.fetching.is_running(now) => Step::Wait(POLL),
            (None, false) => Step::Done(Err(TokenError::KeysUnavailable)),
        }
    }

    /// A ticket if the keys should be refreshed in the background, besides answering.
    pub fn refresh_due(&mut self, now: Timestamp) -> Option<Ticket> {
        let remote = self.remote.as_mut()?;
        let due = self.held.as_ref().is_some_and(|held| now >= held.refresh_at);
        if due && !remote.fetching.is_running(now) { remote.fetching.begin(now) } else { None }
    }

    /// A fetch succeeded in bringing this document. A document without one usable key counts as a failure.
    ///
    /// `cache_control` is the answer's header; `jitter`, in 0..1, spreads the refreshes of many instances.
    pub fn fetched(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        body: &[u8],
        cache_control: Option<&str>,
        jitter: f64,
    ) {
        let keys = Keys::from_json(body, self.max_keys).ok().filter(Keys::is_usable);
        let (Some(remote), Some(keys)) = (self.remote.as_mut(), keys) else {
            return self.failed(now, ticket, jitter);
        };
        remote.fetching.succeeded(ticket);
        remote.unknown.clear();
        let fresh = freshness(cache_control);
        self.held = Some(Held {
            keys,
            refresh_at: now + fresh.mul_f64(0.75 + 0.15 * jitter.clamp(0.0, 1.0)),
            fresh_until: now + fresh,
            dead_at: now + HARD_CEILING,
        });
        self.generation.0 = self.generation.0.wrapping_add(1);
    }

    /// A fetch failed, however it did.
    pub fn failed(&mut self, now: Timestamp, ticket: Ticket, jitter: f64) {
        if let Some(remote) = self.remote.as_mut() {
            remote.fetching.failed(now, ticket, jitter);
        }
    }

    fn find(&self, candidate: &super::Candidate<'_>) -> Result<&crate::crypto::Key, TokenError> {
        let held = self.held.as_ref().ok_or(TokenError::KeysUnavailable)?;
        held.keys.find(candidate.kid(), candidate.algorithm())
    }

    /// A step if the keys may have changed at the issuer, and asking is affordable.
    fn may_newer_keys_help<T>(
        &mut self,
        now: Timestamp,
        seen: Generation,
        kid: Option<&str>,
        error: &TokenError,
    ) -> Option<Step<Result<T, TokenError>>> {
        let is_unknown = *error == TokenError::KeyNotFound(KeyLookup::Unknown);
        let remote = self.remote.as_mut()?;
        if !is_unknown && *error != TokenError::SignatureInvalid {
            return None;
        }
        if self.generation != seen {
            if is_unknown {
                remote.unknown.remember(now, kid);
            }
            return None;
        }
        if is_unknown && remote.unknown.contains(now, kid) {
            return None;
        }
        if remote.fetching.is_running(now) {
            return Some(Step::Wait(POLL));
        }
        if is_unknown && remote.fetching.is_backing_off(now) {
            // The key server is down: the key may be a new one, and "no such key" would be a guess.
            return Some(Step::Done(Err(TokenError::KeysUnavailable)));
        }
        if remote.fetching.is_backing_off(now) || !remote.refetches.take(now) {
            return None;
        }
        remote.fetching.begin(now).map(Step::Fetch)
    }

    fn would_refetch(&self, now: Timestamp, kid: Option<&str>) -> bool {
        self.remote.as_ref().is_some_and(|remote| {
            !remote.unknown.contains(now, kid)
                && !remote.fetching.is_backing_off(now)
                && remote.refetches.is_available(now)
        })
    }
}

/// From the answer's `Cache-Control` (RFC 9111 §5.2.2), within bounds.
fn freshness(cache_control: Option<&str>) -> Duration {
    let (min, max) = FRESH_BOUNDS;
    let mut fresh = DEFAULT_FRESH;
    for directive in cache_control.unwrap_or_default().split(',') {
        let directive = directive.trim().to_ascii_lowercase();
        if directive == "no-store" || directive == "no-cache" {
            return Duration::from_secs(min);
        }
        if let Some(age) =
            directive.strip_prefix("max-age=").and_then(|age| age.trim_matches('"').parse().ok())
        {
            fresh = age;
        }
    }
    Duration::from_secs(fresh.clamp(min, max))
}
