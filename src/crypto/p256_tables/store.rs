//! The tables that are kept. What is remembered here is a pure function of a public key: it changes how long an answer takes, never
//! which one it is. Clones share what they keep.

use super::Tables;
use super::point::{self, Affine, GENERATOR};
use super::table::{Table, WINDOWS};
use core::fmt;
use std::sync::{Arc, Mutex};

/// Tables of keys that are kept at most, 88 KiB each; the generator's comes on top.
const MAX: usize = 16;

/// Windows built in one verification: about a third of a millisecond in wasm.
const SLICE: usize = 6;

/// A key that is seen once is not worth a table.
const WORTH: u32 = 2;

/// What verifications of ES256 have worked out so far: at most 1.5 MiB for all keys that share it.
#[derive(Clone, Default)]
pub(in super::super) struct TableStore(Arc<Mutex<Store>>);

#[derive(Default)]
struct Store {
    generator: Option<Growing>,
    /// The most recently used last.
    keys: Vec<Entry>,
}

struct Entry {
    point: [u8; 64],
    uses: u32,
    table: Growing,
}

/// A table under construction, or for good.
enum Growing {
    Not(Table),
    Done(Arc<Table>),
}

impl Growing {
    fn start(point: Affine) -> Growing {
        Growing::Not(Table::start(point))
    }

    /// Builds a slice more if some is left; gives it once it is complete.
    fn grow(&mut self) -> Option<Arc<Table>> {
        if let Growing::Not(table) = self {
            table.grow(SLICE);
            if !table.is_complete() {
                return None;
            }
            let finished = std::mem::replace(table, Table::start(GENERATOR));
            *self = Growing::Done(Arc::new(finished));
        }
        self.done()
    }

    fn done(&self) -> Option<Arc<Table>> {
        match self {
            Growing::Done(table) => Some(Arc::clone(table)),
            Growing::Not(_) => None,
        }
    }
}

impl TableStore {
    /// The tables for the key with this point, once they are built; every call builds a slice.
    pub(super) fn lookup(&self, point: &[u8; 64]) -> Option<Tables> {
        // Whoever finds another thread at work does without.
        self.0.try_lock().ok()?.lookup(point)
    }

    /// Builds them at once.
    pub(super) fn complete(&self, point: &[u8; 64]) {
        if let Ok(mut store) = self.0.lock() {
            // One use that is not worth it, and more slices than there are.
            for _ in 0..=2 * WINDOWS.div_ceil(SLICE) {
                store.lookup(point);
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
    fn lookup(&mut self, point: &[u8; 64]) -> Option<Tables> {
        let mut entry = match self.keys.iter().position(|entry| entry.point == *point) {
            Some(place) => self.keys.remove(place),
            None => {
                if self.keys.len() == MAX {
                    self.keys.remove(0);
                }
                Entry { point: *point, uses: 0, table: Growing::start(point::of(point)) }
            }
        };
        entry.uses = entry.uses.saturating_add(1);
        let found = if entry.uses < WORTH { None } else { self.tables(&mut entry) };
        self.keys.push(entry);
        found
    }

    fn tables(&mut self, entry: &mut Entry) -> Option<Tables> {
        let generator = self.generator.get_or_insert_with(|| Growing::start(GENERATOR));
        // One slice a call: the generator's first, which serves all keys.
        let generator = generator.done().or_else(|| generator.grow())?;
        entry.table.grow().map(|key| Tables { generator, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(scalar: u8) -> [u8; 64] {
        super::super::tests::multiple_of_generator(scalar.into())
    }

    #[test]
    fn tables_come_after_a_bounded_number_of_uses_and_stay() {
        let mut store = Store::default();
        let uses = (1..100).find(|_| store.lookup(&point(7)).is_some());
        // One use that is not worth it, and eight slices for each of two tables; the last slice of the generator's may go on.
        assert!((10..=18).contains(&uses.unwrap()), "{uses:?}");
        assert!(store.lookup(&point(7)).is_some());
        // The generator's is there: another key takes half as long.
        assert!((2..20).find(|_| store.lookup(&point(9)).is_some()).unwrap() <= 10);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_least_recently_used_goes() {
        let mut store = Store::default();
        for _ in 0..40 {
            store.lookup(&point(1));
        }
        for other in 2..200u8 {
            store.lookup(&point(other));
            assert!(store.keys.len() <= MAX);
            // Used all the time, it stays.
            assert!(store.lookup(&point(1)).is_some());
        }
        for other in 2..2 + MAX as u8 {
            store.lookup(&point(other));
        }
        assert!(store.lookup(&point(1)).is_none());
    }
}
