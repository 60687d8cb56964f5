//! One issuer's keys, found by id.

use super::error::{KeyFault, KeyLookup, TokenError};
use crate::crypto::Key;
use crate::jose::Algorithm;
use crate::jose::jwk::{self, JwksError, KeyProblem};
use crate::secret::Secret;
use core::fmt;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How many keys a set may have, unless set otherwise.
pub const MAX_KEYS: usize = 100;

/// A key set. A bad key spoils nothing but itself.
#[derive(Default)]
pub struct Keys {
    entries: Vec<Entry>,
    by_id: BTreeMap<String, Vec<usize>>,
}

/// Checked on first use: the arithmetic for a large set is not for a cold start.
type Entry = LazyLock<Result<Key, KeyProblem>, Box<dyn FnOnce() -> Result<Key, KeyProblem> + Send>>;

impl Keys {
    /// Parses a JWKS document (RFC 7517 §5) with at most `max_keys` keys.
    ///
    /// # Errors
    /// If the document as such is not a key set.
    pub fn from_json(bytes: &[u8], max_keys: usize) -> Result<Keys, JwksError> {
        let mut keys = Keys::default();
        for jwk in jwk::parse_set(bytes, max_keys)? {
            // A key whose id is not a string cannot be asked for by id.
            let kid = jwk.kid().ok().flatten().map(str::to_owned);
            keys.push(kid, LazyLock::new(Box::new(move || Key::from_jwk(&jwk))));
        }
        Ok(keys)
    }

    /// Adds an HMAC secret; `only` is the one algorithm that it is for, if it is for one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add_secret(
        &mut self,
        kid: Option<String>,
        secret: Secret<Vec<u8>>,
        only: Option<Algorithm>,
    ) -> Result<(), KeyProblem> {
        let key = Key::from_secret(secret, only)?;
        self.push(kid, LazyLock::new(Box::new(move || Ok(key))));
        Ok(())
    }

    fn push(&mut self, kid: Option<String>, entry: Entry) {
        if let Some(kid) = kid {
            self.by_id.entry(kid).or_default().push(self.entries.len());
        }
        self.entries.push(entry);
    }

    /// Whether at least one key can verify anything.
    pub fn is_usable(&self) -> bool {
        self.entries.iter().any(|entry| entry.is_ok())
    }

    /// The one key for a token with this `kid` and `alg`.
    ///
    /// # Errors
    /// `key_not_found`, `key_unusable`, or `algorithm_not_allowed` if the key is not for this algorithm.
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Key, TokenError> {
        match kid {
            Some(kid) => self.find_by_id(kid, algorithm),
            None => self.find_without_id(algorithm),
        }
    }

    fn find_by_id(&self, kid: &str, algorithm: Algorithm) -> Result<&Key, TokenError> {
        let places = self.by_id.get(kid).ok_or(TokenError::KeyNotFound(KeyLookup::Unknown))?;
        let mut found = None;
        let mut refusal = TokenError::AlgorithmNotAllowed;
        for place in places {
            match &*self.entries[*place] {
                Ok(key) if key.algorithms().contains(algorithm) => {
                    if found.replace(key).is_some() {
                        return Err(TokenError::KeyUnusable(KeyFault::Ambiguous));
                    }
                }
                Ok(_) => {}
                Err(problem) => refusal = TokenError::KeyUnusable(KeyFault::Key(*problem)),
            }
        }
        found.ok_or(refusal)
    }

    /// Only where there is no choice: trying keys one after another would let the sender pick.
    fn find_without_id(&self, algorithm: Algorithm) -> Result<&Key, TokenError> {
        let keys = self.entries.iter().filter_map(|entry| entry.as_ref().ok());
        let mut suitable = keys.filter(|key| key.algorithms().contains(algorithm));
        match (suitable.next(), suitable.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(TokenError::KeyNotFound(KeyLookup::KidMissing)),
            (None, _) => Err(TokenError::KeyNotFound(KeyLookup::Unknown)),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.entries.len())
    }
}
