//! The verifier: a token goes through three states, and only the last one can be used.

use super::claims::{self, Claims};
use super::error::{KeyLookup, Malformed, TokenError};
use super::keys::Keys;
use super::known_headers::KnownHeaders;
use super::policy::Policy;
use super::window::Window;
use crate::crypto::Key;
use crate::jose::Algorithm;
use crate::jose::header::Header;
use crate::jose::json::JsonError;
use crate::jose::jws::{Compact, Segments};
use crate::time::Timestamp;
use std::sync::Arc;

/// Verifies tokens under one policy.
#[derive(Clone, Debug)]
pub struct Verifier {
    policy: Policy,
    headers: KnownHeaders,
}

/// What passed every check. It can only be made by a [`Verifier`].
#[derive(Debug)]
pub struct Verified<T> {
    value: T,
    header: Arc<Header>,
    window: Window,
}

impl<T> Verified<T> {
    pub(super) fn into_parts(self) -> (T, Arc<Header>) {
        (self.value, self.header)
    }

    /// What was checked.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The header that came with it.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// When the same token passes the same checks again, as far as they depend on the time.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The very JSON text of the header.
    pub fn header_json(&self) -> &str {
        self.header.json()
    }
}

/// A well-formed token whose header the policy accepts. Its signature is not checked yet.
#[derive(Debug)]
pub struct Candidate<'t> {
    compact: Compact<'t>,
    algorithm: Algorithm,
}

/// A token that its key has signed. Its claims are not checked yet.
#[derive(Debug)]
pub struct Authentic<'t> {
    compact: Compact<'t>,
}

impl Verifier {
    /// A verifier with that policy.
    pub fn new(policy: Policy) -> Verifier {
        Verifier { policy, headers: KnownHeaders::default() }
    }

    /// Its policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The largest token in bytes that is looked at.
    pub fn max_token_size(&self) -> usize {
        self.policy.max_token_size
    }

    /// Verifies a token against keys that are held.
    ///
    /// # Errors
    /// The first check that fails. The order: form, header, key, signature, claims, scope.
    pub fn verify(&self, now: Timestamp, token: &str, keys: &Keys) -> Result<Verified<Claims>, TokenError> {
        let candidate = self.parse(token)?;
        let key = keys.find(candidate.kid(), candidate.algorithm())?;
        self.check_claims(now, candidate.authenticate(key)?)
    }

    /// The first state: form and header.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn parse<'t>(&self, token: &'t str) -> Result<Candidate<'t>, TokenError> {
        let segments = Segments::split(token, self.policy.max_token_size, self.policy.spelling())?;
        if let Some(header) = self.headers.find(segments.header_text()) {
            let algorithm = algorithm(&self.policy, &header)?;
            return Ok(Candidate { compact: Compact::with_header(&segments, header)?, algorithm });
        }
        let compact = Compact::parse_spelled(token, self.policy.max_token_size, self.policy.spelling())?;
        header_problems(&self.policy, compact.header()).into_iter().try_for_each(Err)?;
        let algorithm = algorithm(&self.policy, compact.header())?;
        self.headers.remember(segments.header_text(), compact.header());
        Ok(Candidate { compact, algorithm })
    }

    /// What the verdict will be if the signature is the key's: for a signature that somebody else checks meanwhile.
    pub(super) fn presume(
        &self,
        now: Timestamp,
        candidate: Candidate<'_>,
    ) -> Result<Verified<Claims>, TokenError> {
        self.check_claims(now, Authentic { compact: candidate.compact })
    }

    /// The last state: the claims.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn check_claims(&self, now: Timestamp, token: Authentic<'_>) -> Result<Verified<Claims>, TokenError> {
        let malformed = |error| TokenError::Malformed(Malformed::Payload(error));
        let (header, payload) = token.compact.into_parts();
        let text = String::from_utf8(payload).map_err(|_| malformed(JsonError::Encoding))?;
        let object = claims::parse(&self.policy, &text).map_err(malformed)?;
        claims::problems(&self.policy, now, &object).into_iter().try_for_each(Err)?;
        let window = Window::of(&self.policy, &object);
        Ok(Verified { value: Claims::new(object, text), header, window })
    }
}

impl<'t> Candidate<'t> {
    /// The key id that the token names.
    pub fn kid(&self) -> Option<&str> {
        self.compact.header().kid()
    }

    pub(super) fn header(&self) -> &Arc<Header> {
        self.compact.header()
    }

    /// The algorithm, one that the policy allows.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What was signed.
    pub(super) fn signing_input(&self) -> &'t [u8] {
        self.compact.signing_input()
    }

    /// The signature, of whatever form it is.
    pub(super) fn signature(&self) -> &[u8] {
        self.compact.signature()
    }

    /// The same for whoever checks it in the core's stead.
    pub(super) fn take_signature(&mut self) -> Vec<u8> {
        self.compact.take_signature()
    }

    /// The second state: the signature.
    ///
    /// # Errors
    /// [`TokenError::SignatureInvalid`].
    pub fn authenticate(self, key: &Key) -> Result<Authentic<'t>, TokenError> {
        if key.verify(self.algorithm, self.compact.signing_input(), self.compact.signature()) {
            Ok(Authentic { compact: self.compact })
        } else {
            Err(TokenError::SignatureInvalid)
        }
    }
}

/// Everything that the policy finds wrong with the header.
pub(super) fn header_problems(policy: &Policy, header: &Header) -> Vec<TokenError> {
    let mut found = Vec::new();
    claims::tell(&mut found, algorithm(policy, header).map(drop));
    claims::tell(&mut found, typ(policy, header));
    claims::tell(&mut found, kid(policy, header));
    found
}

pub(super) fn algorithm(policy: &Policy, header: &Header) -> Result<Algorithm, TokenError> {
    Algorithm::from_name(header.alg())
        .filter(|algorithm| policy.algorithms.contains(*algorithm))
        .ok_or(TokenError::AlgorithmNotAllowed)
}

fn typ(policy: &Policy, header: &Header) -> Result<(), TokenError> {
    let Some(expected) = &policy.typ else { return Ok(()) };
    match header.typ() {
        Some(typ) if media_type(typ).eq_ignore_ascii_case(media_type(expected)) => Ok(()),
        _ => Err(TokenError::TypeMismatch),
    }
}

fn kid(policy: &Policy, header: &Header) -> Result<(), TokenError> {
    let Some(kids) = &policy.kids else { return Ok(()) };
    match header.kid() {
        Some(kid) if kids.iter().any(|accepted| accepted == kid) => Ok(()),
        _ => Err(TokenError::KeyNotFound(KeyLookup::KidNotAllowed)),
    }
}

/// RFC 7515 §4.1.9: the prefix may be left out where no other slash is.
fn media_type(typ: &str) -> &str {
    match typ.split_at_checked("application/".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") && !rest.contains('/') => rest,
        _ => typ,
    }
}
