//! The tables that are kept. What is remembered here is a pure function of a public key: it changes how long an answer takes, never
//! which one it is.
//!
//! Tables are built a slice at a time, from the second use of a key on, so that no verification pays for a whole one; until both the key's
//! and the generator's are there it is done without. What is kept is bounded: the least recently used goes out, once it has not been used
//! for a while. Were it to go at once, more keys in use than there is room for would build tables all the time and use none.

use core::fmt;
use std::sync::{Arc, Mutex};

/// Tables of keys that are kept at most; the generator's comes on top.
const MAX: usize = 8;

/// A key that was not used in so many verifications makes room for another.
const IDLE: u64 = 1000;

/// A key that is seen once is not worth a table.
const WORTH: u32 = 2;

/// More than any table has slices.
const SLICES: usize = 100;

/// A table that is built bit by bit.
pub(super) trait Table: Sized {
    /// Builds a slice more, if some is left; whether it is complete now.
    fn grow(&mut self) -> bool;
}

/// The tables of a curve, by the bytes of their keys. Clones share what they keep.
pub(super) struct TableStore<K, T>(Arc<Mutex<Store<K, T>>>);

struct Store<K, T> {
    generator: Option<Growing<T>>,
    /// The most recently used last.
    keys: Vec<Entry<K, T>>,
    /// Counts what is looked up.
    lookups: u64,
}

struct Entry<K, T> {
    key: K,
    uses: u32,
    /// When it was looked up last.
    used: u64,
    table: Option<Growing<T>>,
}

/// A table under construction, or for good.
enum Growing<T> {
    Not(T),
    Done(Arc<T>),
}

/// A generator's table and a key's.
pub(super) type Pair<T> = (Arc<T>, Arc<T>);

impl<K: PartialEq + Copy, T: Table> TableStore<K, T> {
    /// The tables for that key, once they are built; every call builds a slice. `generator` and `own` give what such a table starts as.
    pub(super) fn lookup(
        &self,
        key: &K,
        generator: impl FnOnce() -> Option<T>,
        own: impl FnOnce() -> Option<T>,
    ) -> Option<Pair<T>> {
        // Whoever finds another thread at work does without.
        self.0.try_lock().ok()?.lookup(key, generator, own)
    }

    /// Builds them at once.
    pub(super) fn complete(&self, key: &K, generator: impl Fn() -> Option<T>, own: impl Fn() -> Option<T>) {
        if let Ok(mut store) = self.0.lock() {
            store.lookups += IDLE;
            let _found = (0..SLICES).find(|_| store.lookup(key, &generator, &own).is_some());
        }
    }
}

impl<K, T> Clone for TableStore<K, T> {
    fn clone(&self) -> TableStore<K, T> {
        TableStore(Arc::clone(&self.0))
    }
}

impl<K, T> Default for TableStore<K, T> {
    fn default() -> TableStore<K, T> {
        TableStore(Arc::new(Mutex::new(Store { generator: None, keys: Vec::new(), lookups: 0 })))
    }
}

impl<K, T> fmt::Debug for TableStore<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TableStore(…)")
    }
}

impl<K: PartialEq + Copy, T: Table> Store<K, T> {
    fn lookup(
        &mut self,
        key: &K,
        generator: impl FnOnce() -> Option<T>,
        own: impl FnOnce() -> Option<T>,
    ) -> Option<Pair<T>> {
        self.lookups += 1;
        let mut entry = match self.keys.iter().position(|entry| entry.key == *key) {
            Some(place) => self.keys.remove(place),
            None => {
                if self.keys.len() == MAX {
                    if self.lookups - self.keys[0].used < IDLE {
                        return None;
                    }
                    self.keys.remove(0);
                }
                Entry { key: *key, uses: 0, used: 0, table: None }
            }
        };
        entry.uses = entry.uses.saturating_add(1);
        entry.used = self.lookups;
        let found = if entry.uses < WORTH { None } else { self.tables(&mut entry, generator, own) };
        self.keys.push(entry);
        found
    }

    fn tables(
        &mut self,
        entry: &mut Entry<K, T>,
        generator: impl FnOnce() -> Option<T>,
        own: impl FnOnce() -> Option<T>,
    ) -> Option<Pair<T>> {
        // One slice a call: the generator's first, which serves all keys.
        let done = match &self.generator {
            Some(Growing::Done(table)) => Arc::clone(table),
            _ => {
                grow(&mut self.generator, generator);
                return None;
            }
        };
        grow(&mut entry.table, own).map(|own| (done, own))
    }
}

/// Starts or continues a table; gives it once it is complete.
fn grow<T: Table>(table: &mut Option<Growing<T>>, start: impl FnOnce() -> Option<T>) -> Option<Arc<T>> {
    *table =
        match table.take() {
            Some(Growing::Done(table)) => Some(Growing::Done(table)),
            unfinished => {
                let unfinished = match unfinished {
                    Some(Growing::Not(table)) => Some(table),
                    _ => start(),
                };
                unfinished.map(|mut table| {
                    if table.grow() { Growing::Done(Arc::new(table)) } else { Growing::Not(table) }
                })
            }
        };
    match table {
        Some(Growing::Done(table)) => Some(Arc::clone(table)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Complete after so many slices.
    #[derive(Debug, PartialEq)]
    struct Slices(u8);

    impl Table for Slices {
        fn grow(&mut self) -> bool {
            self.0 = self.0.checked_sub(1).unwrap();
            self.0 == 0
        }
    }

    fn lookup(store: &TableStore<u8, Slices>, key: u8) -> Option<Pair<Slices>> {
        store.lookup(&key, || Some(Slices(3)), || Some(Slices(2)))
    }

    #[test]
    fn tables_come_after_a_bounded_number_of_uses_and_stay() {
        let store = TableStore::default();
        // One use that is not worth it, three slices for the generator's table, and the last of two for the key's gives it.
        assert_eq!((1..100).find(|_| lookup(&store, 7).is_some()), Some(1 + 3 + 2));
        assert!(lookup(&store, 7).is_some() && lookup(&store.clone(), 7).is_some());
        // The generator's is there.
        assert_eq!((1..100).find(|_| lookup(&store, 9).is_some()), Some(1 + 2));
        // Each has its own.
        let (one, other) = (lookup(&store, 7).unwrap(), lookup(&store, 9).unwrap());
        assert!(Arc::ptr_eq(&one.0, &other.0) && !Arc::ptr_eq(&one.1, &other.1));
    }

    #[test]
    fn all_slices_can_be_built_at_once() {
        let store = TableStore::default();
        store.complete(&7, || Some(Slices(30)), || Some(Slices(20)));
        assert!(lookup(&store, 7).is_some());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_least_recently_used_goes() {
        let store = TableStore::default();
        store.complete(&1, || Some(Slices(3)), || Some(Slices(2)));
        for other in 2..200 {
            lookup(&store, other);
            assert!(store.0.lock().unwrap().keys.len() <= MAX);
            // Used all the time, it stays.
            assert!(lookup(&store, 1).is_some());
        }
        // One that has not been used for a while makes room, and not the one that was used last.
        let idle = || (0..IDLE).for_each(|_| drop(lookup(&store, 200)));
        idle();
        assert!(store.0.lock().unwrap().keys.iter().any(|entry| entry.key == 200));
        assert!(lookup(&store, 1).is_some());
        idle();
        for other in 201..201 + MAX as u8 {
            lookup(&store, other);
        }
        assert!(lookup(&store, 1).is_none());
    }

    #[test]
    fn more_keys_than_there_is_room_for_do_not_build_tables_all_the_time() {
        let store = TableStore::default();
        let started = core::cell::Cell::new(0);
        let own = || {
            started.set(started.get() + 1);
            Some(Slices(2))
        };
        let mut found = 0;
        for _ in 0..400 {
            for key in 0..MAX as u8 + 4 {
                found += usize::from(store.lookup(&key, || Some(Slices(3)), own).is_some());
            }
        }
        assert!(started.get() <= MAX && found > 390 * MAX, "{started:?} {found}");
    }

    #[test]
    fn without_a_start_there_is_no_table() {
        let store = TableStore::<u8, Slices>::default();
        assert!((0..9).all(|_| store.lookup(&1, || None, || Some(Slices(1))).is_none()));
        assert!((0..9).all(|_| store.lookup(&1, || Some(Slices(1)), || None).is_none()));
        assert!(lookup(&store, 1).is_none() && lookup(&store, 1).is_some());
    }
}
