//! The multiples of one point, and how they are built a slice at a time.

use super::point::{Affine, SHAPE, Sum, add_pairs, normalize};
use crate::crypto::table_store;
use crate::crypto::windows::{digits, windows};

/// Points of one slice: about half a millisecond in wasm.
const SLICE: usize = 512;

/// 1 to 2^(bits-1) times 2^(bits·i)·P, for all digits i of a scalar. Not all of them while it is being built.
pub(in super::super) struct Table {
    bits: usize,
    points: Vec<Affine>,
    /// 2^(bits·i)·P for the next digit.
    next: Sum,
}

impl Table {
    /// Nothing but the point, for digits of so many bits, 2 to 8.
    pub(super) fn start(point: Affine, bits: usize) -> Table {
        Table { bits, points: Vec::new(), next: point.into() }
    }

    /// Multiples of each digit.
    fn multiples(&self) -> usize {
        1 << (self.bits - 1)
    }

    /// Appends the points whose sum is `scalar`·P, the scalar little-endian and below 2^255, or with `is_opposite` that sum's opposite.
    pub(super) fn select(&self, scalar: &[u8; 32], is_opposite: bool, points: &mut Vec<Affine>) {
        for (digit, multiples) in digits(scalar, self.bits).zip(self.points.chunks(self.multiples())) {
            // The digit 0 has none.
            let multiple =
                usize::from(digit.unsigned_abs()).checked_sub(1).and_then(|index| multiples.get(index));
            if let Some(point) = multiple {
                points.push(if (digit < 0) == is_opposite { *point } else { point.neg() });
            }
        }
    }

    /// The multiples for so many digits more. `None` never happens for a point of the curve.
    fn slice(&mut self, count: usize) -> Option<Vec<Affine>> {
        let (mut bases, mut next) = (Vec::with_capacity(count), self.next);
        for _ in 0..count {
            bases.push(next);
            for _ in 0..self.bits {
                next = next.double(SHAPE);
            }
        }
        let mut rows: Vec<Vec<Affine>> = normalize(&bases).into_iter().map(|base| vec![base]).collect();
        // Each step doubles their number: the last multiple is added to all. None is infinity, nor are two opposite: the order is a prime.
        for half in (0..self.bits - 1).map(|step| 1 << step) {
            let pairs = rows.iter().flat_map(|row| row.iter().map(|point| [row[half - 1], *point]));
            let sums = add_pairs(&pairs.collect::<Vec<_>>(), SHAPE)?;
            for (row, sums) in rows.iter_mut().zip(sums.chunks(half)) {
                row.extend_from_slice(sums);
            }
        }
        self.next = next;
        Some(rows.concat())
    }
}

impl table_store::Table for Table {
    fn grow(&mut self) -> bool {
        let (multiples, all) = (self.multiples(), windows(self.bits));
        let count = (SLICE / multiples).min(all - self.points.len() / multiples);
        if count > 0 {
            self.points.reserve_exact(all * multiples - self.points.len());
            let slice = self.slice(count).unwrap_or_default();
            self.points.extend(slice);
        }
        self.points.len() == all * multiples
    }
}
