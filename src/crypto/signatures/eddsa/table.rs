//! The multiples of one point, and how they are built a slice at a time.
//!
//! For each key the multiples 1 to 32 of 2^(6i)·P are kept for all 43 digits of a scalar, and for the generator 1 to 64 of 2^(7i)·P for 37:
//! a verification is the sum of 80 points, without a doubling and without taking the square root that R's coordinates would need.

use super::point::{Addend, Point, addends};
use crate::crypto::table_store;
use crate::crypto::windows::Windows;

/// Bits of the generator's digits: one table of 278 KiB for all keys.
pub(super) const GENERATOR_BITS: usize = 7;

/// Bits of a key's digits: 161 KiB each.
pub(super) const KEY_BITS: usize = 6;

/// Points of one slice: about half a millisecond in wasm.
const SLICE: usize = 768;

/// What verifications of EdDSA have worked out so far, by the keys' encodings: at most 1.6 MB for all keys that share it.
pub(in super::super) type TableStore = table_store::TableStore<[u8; 32], Table>;

/// The multiples of a point; not all of them while it is being built.
pub(in super::super) struct Table {
    pub(super) windows: Windows<Addend>,
    /// 2^(bits·i)·P for the next digit.
    next: Point,
}

impl Table {
    pub(super) fn of_generator() -> Option<Table> {
        Some(Table::start(Point::GENERATOR, GENERATOR_BITS))
    }

    /// Nothing but the point, for digits of so many bits, 2 to 8.
    pub(super) fn start(point: Point, bits: usize) -> Table {
        Table { windows: Windows::new(bits), next: point }
    }

    /// The multiples for so many digits more.
    fn slice(&mut self, count: usize) -> Vec<Addend> {
        let mut bases = Vec::with_capacity(count);
        for _ in 0..count {
            bases.push(self.next);
            self.next = (0..self.windows.bits).fold(self.next, |base, _| base.double());
        }
        let mut multiples = Vec::with_capacity(count * self.windows.multiples());
        for (base, addend) in bases.iter().zip(addends(&bases)) {
            let mut multiple = *base;
            multiples.push(multiple);
            for _ in 1..self.windows.multiples() {
                multiple.add(&addend, false);
                multiples.push(multiple);
            }
        }
        addends(&multiples)
    }

    /// Adds `scalar`·P, the scalar little-endian and below 2^255.
    pub(super) fn add_to(&self, sum: &mut Point, scalar: &[u8; 32]) {
        self.windows.select(scalar, |point, is_opposite| sum.add(point, is_opposite));
    }
}

impl table_store::Table for Table {
    fn grow(&mut self) -> bool {
        let slice = self.slice(self.windows.missing(SLICE));
        self.windows.append(slice);
        self.windows.are_complete()
    }
}
