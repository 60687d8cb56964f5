//! One issuer's public keys, found by id.

use super::error::{KeyFault, KeyLookup, TokenError};
use crate::crypto::Key;
use crate::jose::Algorithm;
use crate::jose::jwk::{self, Jwk, JwksError, KeyProblem};
use core::fmt;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How many keys a set may have, unless set otherwise.
pub const MAX_KEYS: usize = 100;

/// A key set. A bad key spoils nothing but itself.
pub struct Keys {
    entries: Vec<Entry>,
    by_id: BTreeMap<String, Vec<usize>>,
}

struct Entry {
    jwk: Jwk,
    /// Checked on first use: the arithmetic for a large set is not for a cold start.
    key: OnceLock<Result<Key, KeyProblem>>,
}

impl Entry {
    fn key(&self) -> Result<&Key, KeyProblem> {
        self.key.get_or_init(|| Key::from_jwk(&self.jwk)).as_ref().map_err(|problem| *problem)
    }
}

impl Keys {
    /// Parses a JWKS document (RFC 7517 §5) with at most `max_keys` keys.
    ///
    /// # Errors
    /// If the document as such is not a key set.
    pub fn from_json(bytes: &[u8], max_keys: usize) -> Result<Keys, JwksError> {
        let mut keys = Keys { entries: Vec::new(), by_id: BTreeMap::new() };
        for jwk in jwk::parse_set(bytes, max_keys)? {
            // A key whose id is not a string cannot be asked for by id.
            if let Ok(Some(kid)) = jwk.kid() {
                keys.by_id.entry(kid.to_owned()).or_default().push(keys.entries.len());
            }
            keys.entries.push(Entry { jwk, key: OnceLock::new() });
        }
        Ok(keys)
    }

    /// Whether at least one key can verify anything.
    pub fn is_usable(&self) -> bool {
        self.entries.iter().any(|entry| entry.key().is_ok())
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
            match self.entries[*place].key() {
                Ok(key) if key.algorithms().contains(algorithm) => {
                    if found.replace(key).is_some() {
                        return Err(TokenError::KeyUnusable(KeyFault::Ambiguous));
                    }
                }
                Ok(_) => {}
                Err(problem) => refusal = TokenError::KeyUnusable(KeyFault::Key(problem)),
            }
        }
        found.ok_or(refusal)
    }

    /// Only where there is no choice: trying keys one after another would let the sender pick.
    fn find_without_id(&self, algorithm: Algorithm) -> Result<&Key, TokenError> {
        let keys = self.entries.iter().filter_map(|entry| entry.key().ok());
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
