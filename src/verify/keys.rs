//! One issuer's keys, found by id.

use super::error::{KeyFault, KeyLookup, TokenError};
use crate::crypto::{Key, TableStore};
use crate::jose::Algorithm;
use crate::jose::jwk::{self, Jwk, JwksError, KeyProblem};
use crate::secret::Secret;
use core::fmt;
use std::sync::{Arc, LazyLock};

/// How many keys a set may have, unless set otherwise.
pub const MAX_KEYS: usize = 100;

/// A key set. A bad key spoils nothing but itself.
#[derive(Default)]
pub struct Keys {
    entries: Vec<Entry>,
    /// Places by id, in the order of the ids.
    by_id: Vec<(String, Vec<usize>)>,
}

/// Which key it is, among all that one issuer has ever had: a key that a later set brings unchanged keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub u32);

#[derive(Clone)]
struct Entry {
    id: KeyId,
    /// `None` for a secret.
    source: Option<Arc<Jwk>>,
    key: Arc<Checked>,
}

/// Checked on first use: the arithmetic for a large set is not for a cold start.
type Checked = LazyLock<Result<Key, KeyProblem>, Box<dyn FnOnce() -> Result<Key, KeyProblem> + Send>>;

impl Keys {
    /// Parses a JWKS document (RFC 7517 §5) with at most `max_keys` keys.
    ///
    /// # Errors
    /// If the document as such is not a key set.
    pub fn from_json(bytes: &[u8], max_keys: usize) -> Result<Keys, JwksError> {
        Keys::from_json_sharing(bytes, max_keys, &TableStore::default())
    }

    /// The same, where what verifications work out is shared with other sets.
    ///
    /// # Errors
    /// As above.
    pub fn from_json_sharing(bytes: &[u8], max_keys: usize, tables: &TableStore) -> Result<Keys, JwksError> {
        let mut keys = Keys::default();
        for jwk in jwk::parse_set(bytes, max_keys)? {
            // A key whose id is not a string cannot be asked for by id.
            let kid = jwk.kid().ok().flatten().map(str::to_owned);
            let source = Arc::new(jwk);
            let (jwk, tables) = (Arc::clone(&source), tables.clone());
            let check = move || Key::from_jwk_sharing(&jwk, &tables);
            keys.push(kid, Some(source), LazyLock::new(Box::new(check)));
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
        self.push(kid, None, LazyLock::new(Box::new(move || Ok(key))));
        Ok(())
    }

    fn push(&mut self, kid: Option<String>, source: Option<Arc<Jwk>>, key: Checked) {
        let entry = Entry { id: KeyId(self.entries.len() as u32), source, key: Arc::new(key) };
        if let Some(kid) = kid {
            let place = self.entries.len();
            match self.by_id.binary_search_by(|(id, _)| id.cmp(&kid)) {
                Ok(at) => self.by_id[at].1.push(place),
                Err(at) => self.by_id.insert(at, (kid, vec![place])),
            }
        }
        self.entries.push(entry);
    }

    /// Takes over the keys that an older set has already, with their ids and whatever was worked out about them. The others get ids from
    /// `next` on; the first id that is left is given back.
    pub(super) fn succeed(&mut self, older: Option<&Keys>, next: u32) -> u32 {
        let mut next = next;
        for entry in &mut self.entries {
            match older.and_then(|older| older.same(entry)) {
                Some(known) => *entry = known.clone(),
                None => {
                    entry.id = KeyId(next);
                    next = next.wrapping_add(1);
                }
            }
        }
        next
    }

    /// Of the keys with that id.
    fn places(&self, kid: &str) -> Option<&[usize]> {
        let at = self.by_id.binary_search_by(|(id, _)| id.as_str().cmp(kid)).ok()?;
        Some(&self.by_id[at].1)
    }

    fn same(&self, entry: &Entry) -> Option<&Entry> {
        let source = entry.source.as_ref()?;
        let is_same = |known: &&Entry| known.source.as_ref() == Some(source);
        match source.kid() {
            Ok(Some(kid)) => {
                let mut places = self.places(kid)?.iter();
                places.find_map(|place| Some(&self.entries[*place]).filter(is_same))
            }
            _ => self.entries.iter().find(is_same),
        }
    }

    /// The ids of all keys.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.entries.iter().map(|entry| entry.id)
    }

    /// The key with that id.
    pub fn key(&self, id: KeyId) -> Option<&Key> {
        self.entries.iter().find(|entry| entry.id == id)?.key.as_ref().as_ref().ok()
    }

    /// Whether at least one key can verify anything.
    pub fn is_usable(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.is_ok())
    }

    /// The one key for a token with this `kid` and `alg`.
    ///
    /// # Errors
    /// `key_not_found`, `key_unusable`, or `algorithm_not_allowed` if the key is not for this algorithm.
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Key, TokenError> {
        self.find_entry(kid, algorithm).map(|(_, key)| key)
    }

    /// The same with the key's id.
    pub(super) fn find_entry(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<(KeyId, &Key), TokenError> {
        match kid {
            Some(kid) => self.find_by_kid(kid, algorithm),
            None => self.find_without_kid(algorithm),
        }
    }

    fn find_by_kid(&self, kid: &str, algorithm: Algorithm) -> Result<(KeyId, &Key), TokenError> {
        let places = self.places(kid).ok_or(TokenError::KeyNotFound(KeyLookup::Unknown))?;
        let mut found = None;
        let mut refusal = TokenError::AlgorithmNotAllowed;
        for place in places {
            let entry = &self.entries[*place];
            match &**entry.key {
                Ok(key) if key.algorithms().contains(algorithm) => {
                    if found.replace((entry.id, key)).is_some() {
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
    fn find_without_kid(&self, algorithm: Algorithm) -> Result<(KeyId, &Key), TokenError> {
        let keys =
            self.entries.iter().filter_map(|entry| Some((entry.id, entry.key.as_ref().as_ref().ok()?)));
        let mut suitable = keys.filter(|(_, key)| key.algorithms().contains(algorithm));
        match (suitable.next(), suitable.next()) {
            (Some(found), None) => Ok(found),
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
