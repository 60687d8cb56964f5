//! When to fetch an issuer's keys and how long to serve them: a machine without I/O.
//!
//! Calling contract: ask with [`KeySet::verify`]. On [`Step::Fetch`] perform one fetch, hand its outcome to
//! [`KeySet::fetched`] or [`KeySet::failed`] under that ticket, and ask again. On [`Step::Wait`] ask again after that time: a
//! caller never depends on another's fetch to complete, only on its own clock, since a runtime may drop the other
//! caller's work. Pass the same [`Call`] each time, taken before the first question. Where a cache is shared with others, a copy from
//! it may serve a ticket, see [`KeySet::copied`].
//!
//! Fresh keys are served; from three quarters of their time on they are refreshed in the background. Stale keys are
//! refreshed first by one caller, while the others are served; if that fails they serve on, up to a hard ceiling. An unknown key id or a
//! bad signature may ask for a fetch out of one small token bucket, so forged tokens do not become a flood of fetches.

use super::claims::Claims;
use super::error::{KeyLookup, TokenError};
use super::fetching::{Fetching, LEASE, Need, Refetches, UnknownKids};
use super::held::Held;
use super::keys::{KeyId, Keys};
use super::presumed::{Left, Presumed};
use super::step::{Call, Generation, KeyCopy, KeyTimes, Step, Ticket};
use super::verifier::{self, Candidate, Verified, Verifier};
use crate::crypto::{Key, TableStore};
use crate::jose::jws::Compact;
use crate::jose::{Algorithm, AlgorithmSet};
use crate::time::Timestamp;
use core::time::Duration;
use std::sync::Arc;

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
    /// The first key id that was never given.
    next_id: u32,
    tables: TableStore,
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
        KeySet {
            held: Some(Held::forever(keys)),
            generation: Generation(0),
            remote: None,
            max_keys: 0,
            next_id: 0,
            tables: TableStore::default(),
        }
    }

    /// Keys that are fetched, at most `max_keys` of them.
    pub fn remote(max_keys: usize) -> KeySet {
        KeySet {
            held: None,
            generation: Generation(0),
            remote: Some(Remote::default()),
            max_keys,
            next_id: 0,
            tables: TableStore::default(),
        }
    }

    /// Shares what verifications work out with other sets, for keys that are yet to be fetched.
    pub fn share(&mut self, tables: &TableStore) {
        self.tables = tables.clone();
    }

    /// How many fetches have succeeded.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// To be taken before the first question of a call.
    pub fn call(&self, now: Timestamp) -> Call {
        Call { seen: self.generation, since: now }
    }

    /// Verifies a token, or says what is needed first.
    ///
    /// The inner error is the verdict; [`TokenError::KeysUnavailable`] if there can be none now.
    pub fn verify(
        &mut self,
        verifier: &Verifier,
        now: Timestamp,
        token: &str,
        call: Call,
    ) -> Step<Result<Verified<Claims>, TokenError>> {
        match self.presume(verifier, now, token, call, AlgorithmSet::default()) {
            Step::Done(presumed) => Step::Done(presumed.and_then(|presumed| presumed.settle(|_| false))),
            Step::Fetch(ticket) => Step::Fetch(ticket),
            Step::Wait(time) => Step::Wait(time),
        }
    }

    /// The same, with signatures of some algorithms left to the caller, who then settles the answer or asks
    /// [`rejected`](Self::rejected).
    pub fn presume<'t>(
        &mut self,
        verifier: &Verifier,
        now: Timestamp,
        token: &'t str,
        call: Call,
        leave: AlgorithmSet,
    ) -> Step<Result<Presumed<'t>, TokenError>> {
        // A token that no key could save is refused before any fetch.
        let candidate = match verifier.parse(token) {
            Ok(candidate) => candidate,
            Err(error) => return Step::Done(Err(error)),
        };
        match self.prepare(now, call) {
            Step::Done(Ok(())) => {}
            Step::Done(Err(error)) => return Step::Done(Err(error)),
            Step::Fetch(ticket) => return Step::Fetch(ticket),
            Step::Wait(time) => return Step::Wait(time),
        }
        let header = Arc::clone(candidate.header());
        match self.presume_with_keys(verifier, now, candidate, leave) {
            Ok(presumed) => Step::Done(Ok(presumed)),
            Err(error) => match self.may_newer_keys_help(now, call, header.kid(), &error) {
                Some(step) => step,
                None => Step::Done(Err(error)),
            },
        }
    }

    /// The answer to a token whose signature, left to the caller, is not the key's.
    pub fn rejected<T>(&mut self, now: Timestamp, call: Call) -> Step<Result<T, TokenError>> {
        let error = TokenError::SignatureInvalid;
        self.may_newer_keys_help(now, call, None, &error).unwrap_or(Step::Done(Err(error)))
    }

    fn presume_with_keys<'t>(
        &self,
        verifier: &Verifier,
        now: Timestamp,
        mut candidate: Candidate<'t>,
        leave: AlgorithmSet,
    ) -> Result<Presumed<'t>, TokenError> {
        let held = self.held.as_ref().ok_or(TokenError::KeysUnavailable)?;
        let (key_id, key) = held.keys.find_entry(candidate.kid(), candidate.algorithm())?;
        let algorithm = candidate.algorithm();
        if !leave.contains(algorithm) {
            let verdict = verifier.check_claims(now, candidate.authenticate(key)?);
            return Ok(Presumed { key_id, left: None, verdict });
        }
        if !key.fits(algorithm, candidate.signature()) {
            return Err(TokenError::SignatureInvalid);
        }
        let (input, signature) = (candidate.signing_input(), candidate.take_signature());
        let left = Some(Left { algorithm, input, signature });
        Ok(Presumed { key_id, left, verdict: verifier.presume(now, candidate) })
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
        self.presume_held(verifier, now, token, AlgorithmSet::default())?.settle(|_| false)
    }

    /// The same, with signatures of some algorithms left to the caller.
    ///
    /// # Errors
    /// As above.
    pub fn presume_held<'t>(
        &self,
        verifier: &Verifier,
        now: Timestamp,
        token: &'t str,
        leave: AlgorithmSet,
    ) -> Result<Presumed<'t>, TokenError> {
        let candidate = verifier.parse(token)?;
        if !self.held.as_ref().is_some_and(|held| held.is_live(now)) {
            return Err(TokenError::AsyncRequired);
        }
        let header = Arc::clone(candidate.header());
        self.presume_with_keys(verifier, now, candidate, leave).map_err(|error| match error {
            TokenError::KeyNotFound(KeyLookup::Unknown) if self.would_refetch(now, header.kid()) => {
                TokenError::AsyncRequired
            }
            error => error,
        })
    }

    /// The keys that are held, and when they serve.
    pub fn held(&self) -> Option<(&Keys, KeyTimes)> {
        self.held.as_ref().map(|held| (&held.keys, held.times()))
    }

    /// What somebody else has to judge for [`inspect`](super::inspect): a signature of an algorithm that is not [`Key::OWN`], whatever
    /// else is wrong with the token.
    pub fn question<'t>(
        &self,
        verifier: &Verifier,
        now: Timestamp,
        token: &'t str,
    ) -> Option<(KeyId, Left<'t>)> {
        let policy = verifier.policy();
        let compact = Compact::parse_spelled(token, policy.max_token_size, policy.spelling()).ok()?;
        let algorithm = verifier::algorithm(policy, compact.header()).ok()?;
        let held = self.held.as_ref().filter(|held| held.is_live(now))?;
        let (key_id, key) = held.keys.find_entry(compact.header().kid(), algorithm).ok()?;
        let is_question = !Key::OWN.contains(algorithm) && key.fits(algorithm, compact.signature());
        let (input, signature) = (compact.signing_input(), compact.signature().to_vec());
        is_question.then_some((key_id, Left { algorithm, input, signature }))
    }

    /// What is wrong with a token's key or signature, with the keys that are held; nothing else of it is looked at. `judgement` is that
    /// of whoever was asked the [`question`](Self::question).
    pub(super) fn signature_problem(
        &self,
        now: Timestamp,
        algorithm: Algorithm,
        token: &Compact<'_>,
        judgement: bool,
    ) -> Option<TokenError> {
        let Some(held) = self.held.as_ref().filter(|held| held.is_live(now)) else {
            return Some(TokenError::KeysUnavailable);
        };
        let is_signed = |key: &Key| match Key::OWN.contains(algorithm) {
            true => key.verify(algorithm, token.signing_input(), token.signature()),
            false => judgement && key.fits(algorithm, token.signature()),
        };
        match held.keys.find(token.header().kid(), algorithm) {
            Ok(key) => (!is_signed(key)).then_some(TokenError::SignatureInvalid),
            Err(error) => Some(error),
        }
    }

    /// Makes sure that keys are held: fresh ones, or stale ones if there are no others.
    pub fn prepare(&mut self, now: Timestamp, call: Call) -> Step<Result<(), TokenError>> {
        let live = self.held.as_ref().filter(|held| held.is_live(now));
        let is_fresh = live.is_some_and(|held| held.is_fresh(now));
        let Some(remote) = self.remote.as_mut().filter(|_| !is_fresh) else { return Step::Done(Ok(())) };
        let ticket = if call.may_begin(now) { remote.fetching.begin(now, Need::Fresh) } else { None };
        match (ticket, live.is_some()) {
            (Some(ticket), _) => Step::Fetch(ticket),
            (None, true) => Step::Done(Ok(())),
            (None, false) if remote.fetching.is_running(now) && call.may_wait(now) => Step::Wait(POLL),
            (None, false) => Step::Done(Err(TokenError::KeysUnavailable)),
        }
    }

    /// Whether [`KeySet::refresh_due`] is worth asking.
    pub fn is_refresh_due(&self, now: Timestamp) -> bool {
        self.held.as_ref().is_some_and(|held| now >= held.refresh_at)
    }

    /// A ticket if the keys should be refreshed in the background, besides answering.
    pub fn refresh_due(&mut self, now: Timestamp) -> Option<Ticket> {
        let due = self.is_refresh_due(now);
        let remote = self.remote.as_mut()?;
        if due && !remote.fetching.is_running(now) { remote.fetching.begin(now, Need::Fresh) } else { None }
    }

    /// Whether a copy from a shared cache may serve this ticket, see [`KeySet::copied`]. A key that the issuer has only just
    /// published is not in any.
    pub fn may_use_copy(&self, ticket: Ticket) -> bool {
        let found = self.remote.as_ref().and_then(|remote| remote.fetching.find(ticket));
        found.is_some_and(|(need, _)| need == Need::Fresh)
    }

    /// A fetch succeeded in bringing this document. A document without one usable key counts as a failure; one that comes after a
    /// later fetch's is ignored. True if its keys are held now.
    ///
    /// `cache_control` is the answer's header; `jitter`, in 0..1, spreads the refreshes of many instances.
    pub fn fetched(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        body: &[u8],
        cache_control: Option<&str>,
        jitter: f64,
    ) -> bool {
        let document = KeyCopy { body, cache_control, age: Duration::ZERO };
        match self.read(now, ticket, &document, jitter) {
            Some(held) => {
                self.hold(ticket, held);
                true
            }
            None => {
                self.failed(now, ticket, jitter);
                false
            }
        }
    }

    /// A shared cache had this copy. False if it does not do and the issuer has to be asked: it is due for a refresh, not newer
    /// than what is held, or without one usable key.
    pub fn copied(&mut self, now: Timestamp, ticket: Ticket, copy: &KeyCopy<'_>, jitter: f64) -> bool {
        let is_newer = |found: &Held| self.held.as_ref().is_none_or(|held| found.since > held.since);
        let found = self.read(now, ticket, copy, jitter).filter(|held| now < held.refresh_at);
        match found.filter(|found| self.may_use_copy(ticket) && is_newer(found)) {
            Some(held) => {
                self.hold(ticket, held);
                true
            }
            None => false,
        }
    }

    /// A fetch failed, however it did.
    pub fn failed(&mut self, now: Timestamp, ticket: Ticket, jitter: f64) {
        if let Some(remote) = self.remote.as_mut() {
            remote.fetching.failed(now, ticket, jitter);
        }
    }

    /// After a failure: a shared cache has this copy. It serves, as stale keys do, where none are held.
    pub fn fall_back(&mut self, now: Timestamp, copy: &KeyCopy<'_>, jitter: f64) {
        let may_serve = self.remote.is_some() && self.held.as_ref().is_none_or(|held| !held.is_live(now));
        if let Some(held) =
            Held::new(now, now, copy, self.max_keys, &self.tables, jitter).filter(|_| may_serve)
        {
            self.replace(held);
        }
    }

    fn read(&self, now: Timestamp, ticket: Ticket, document: &KeyCopy<'_>, jitter: f64) -> Option<Held> {
        let fetching = &self.remote.as_ref()?.fetching;
        // A lease that has ended is not remembered: its answer counts as asked for as long ago as a lease lasts.
        let asked = fetching.find(ticket).map_or(now - LEASE, |(_, started)| started);
        fetching
            .is_news(ticket)
            .then(|| Held::new(now, asked, document, self.max_keys, &self.tables, jitter))
            .flatten()
    }

    fn hold(&mut self, ticket: Ticket, held: Held) {
        if let Some(remote) = self.remote.as_mut() {
            remote.fetching.succeeded(ticket);
            remote.unknown.clear();
        }
        self.replace(held);
    }

    fn replace(&mut self, mut held: Held) {
        self.next_id = held.keys.succeed(self.held.as_ref().map(|held| &held.keys), self.next_id);
        self.held = Some(held);
        self.generation.0 = self.generation.0.wrapping_add(1);
    }

    /// A step if the keys may have changed at the issuer, and asking is affordable.
    fn may_newer_keys_help<T>(
        &mut self,
        now: Timestamp,
        call: Call,
        kid: Option<&str>,
        error: &TokenError,
    ) -> Option<Step<Result<T, TokenError>>> {
        let is_unknown = *error == TokenError::KeyNotFound(KeyLookup::Unknown);
        let remote = self.remote.as_mut()?;
        if !is_unknown && *error != TokenError::SignatureInvalid {
            return None;
        }
        // The issuer was asked after this call began: there is nothing newer.
        let is_newest = self.held.as_ref().is_some_and(|held| held.asked >= call.since);
        if self.generation != call.seen && is_newest {
            if is_unknown {
                remote.unknown.remember(now, kid);
            }
            return None;
        }
        if is_unknown && remote.unknown.contains(now, kid) {
            return None;
        }
        // "No such key" would be a guess, as the key may be a new one; a bad signature is bad under the keys that are held.
        let no_verdict = || is_unknown.then(|| Step::Done(Err(TokenError::KeysUnavailable)));
        if remote.fetching.is_running(now) {
            return if call.may_wait(now) { Some(Step::Wait(POLL)) } else { no_verdict() };
        }
        if remote.fetching.is_backing_off(now) || !call.may_begin(now) {
            return no_verdict();
        }
        if !remote.refetches.take(now) {
            return None;
        }
        remote.fetching.begin(now, Need::Newest).map(Step::Fetch)
    }

    fn would_refetch(&self, now: Timestamp, kid: Option<&str>) -> bool {
        self.remote.as_ref().is_some_and(|remote| {
            !remote.unknown.contains(now, kid)
                && !remote.fetching.is_backing_off(now)
                && remote.refetches.is_available(now)
        })
    }
}
