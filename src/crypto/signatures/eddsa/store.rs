//! The tables that are kept, for all keys that share them. What is remembered here is a pure function of a public key: it
//! changes how long an answer takes, never which one it is.

use super::tables::{Table, Tables};
use core::fmt;
use ed25519_dalek::VerifyingKey;
use std::sync::{Arc, Mutex};

/// Tables of keys that are kept at most, 80 KiB each; the generator's comes on top.
const MAX: usize = 16;

/// A key that is seen once is not worth a table.
const WORTH: u32 = 2;

/// What verifications of EdDSA have worked out so far: at most 1.4 MiB for all keys that share it.
#[derive(Clone, Default)]
pub(in super::super) struct TableStore(Arc<Mutex<Store>>);

#[derive(Default)]
struct Store {
    generator: Option<Arc<Table>>,
    /// The most recently used last.
    keys: Vec<Entry>,
}

struct Entry {
    key: [u8; 32],
    uses: u32,
    opposite: Option<Arc<Table>>,
}

impl TableStore {
    /// The tables for that key, once they are built; a call builds one table at most, in a fifth of a millisecond in wasm.
    pub(super) fn lookup(&self, key: &VerifyingKey) -> Option<Tables> {
        // Whoever finds another thread at work does without.
        self.0.try_lock().ok()?.lookup(key)
    }

    /// Builds them at once.
    pub(super) fn complete(&self, key: &VerifyingKey) {
        if let Ok(mut store) = self.0.lock() {
            // One use that is not worth it, and one for each of the two.
            for _ in 0..WORTH + 1 {
                store.lookup(key);
            }
        }
    }
}

impl fmt::Debug for TableStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TableStore(…)")
    }
}

impl Store {
    fn lookup(&mut self, key: &VerifyingKey) -> Option<Tables> {
        let mut entry = match self.keys.iter().position(|entry| entry.key == *key.as_bytes()) {
            Some(place) => self.keys.remove(place),
            None => {
                if self.keys.len() == MAX {
                    self.keys.remove(0);
                }
                Entry { key: *key.as_bytes(), uses: 0, opposite: None }
            }
        };
        entry.uses = entry.uses.saturating_add(1);
        // The signatures of a weak key are for the reference to refuse.
        let found = if entry.uses < WORTH || key.is_weak() { None } else { self.tables(&mut entry, key) };
        self.keys.push(entry);
        found
    }

    fn tables(&mut self, entry: &mut Entry, key: &VerifyingKey) -> Option<Tables> {
        let Some(generator) = &self.generator else {
            // The generator's first, which serves all keys.
            self.generator = Some(Arc::new(Table::of_generator()));
            return None;
        };
        let build = || Arc::new(Table::of_opposite(key));
        let opposite = Arc::clone(entry.opposite.get_or_insert_with(build));
        Some(Tables { generator: Arc::clone(generator), opposite })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn key(number: u8) -> VerifyingKey {
        SigningKey::from_bytes(&[number; 32]).verifying_key()
    }

    #[test]
    fn tables_come_with_the_third_use_and_stay() {
        let mut store = Store::default();
        assert!(store.lookup(&key(1)).is_none() && store.generator.is_none());
        assert!(store.lookup(&key(1)).is_none() && store.keys[0].opposite.is_none());
        assert!(store.lookup(&key(1)).is_some() && store.lookup(&key(1)).is_some());
        // The generator's is there: another key has its own one use earlier.
        assert!(store.lookup(&key(2)).is_none() && store.lookup(&key(2)).is_some());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_least_recently_used_goes() {
        let mut store = Store::default();
        for _ in 0..3 {
            store.lookup(&key(1));
        }
        for other in 2..100 {
            store.lookup(&key(other));
            assert!(store.keys.len() <= MAX);
            // Used all the time, it stays.
            assert!(store.lookup(&key(1)).is_some());
        }
        for other in 2..2 + MAX as u8 {
            store.lookup(&key(other));
        }
        assert!(store.lookup(&key(1)).is_none());
    }

    #[test]
    fn a_weak_key_has_no_tables() {
        let mut store = Store::default();
        let weak = VerifyingKey::from_bytes(&[0; 32]).unwrap();
        assert!((0..9).all(|_| store.lookup(&weak).is_none()));
    }
}
