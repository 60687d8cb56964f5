//! The multiples of one point, and how they are built a slice at a time.

use super::point::{Affine, SHAPE, Sum, add_pairs, normalize};
use crate::crypto::table_store;
use crate::crypto::windows::Windows;

/// Points of one slice: about half a millisecond in wasm.
const SLICE: usize = 512;

/// The multiples of a point; not all of them while it is being built.
pub(in super::super) struct Table {
    windows: Windows<Affine>,
    /// 2^(bits·i)·P for the next digit.
    next: Sum,
}

impl Table {
    /// Nothing but the point, for digits of so many bits, 2 to 8.
    pub(super) fn start(point: Affine, bits: usize) -> Table {
        Table { windows: Windows::new(bits), next: point.into() }
    }

    /// Appends the points whose sum is `scalar`·P, the scalar little-endian and below 2^255, or with `is_opposite` that sum's opposite.
    pub(super) fn select(&self, scalar: &[u8; 32], is_opposite: bool, points: &mut Vec<Affine>) {
        self.windows.select(scalar, |point, is_negative| {
            points.push(if is_negative == is_opposite { *point } else { point.neg() });
        });
    }

    /// The multiples for so many digits more. `None` never happens for a point of the curve.
    fn slice(&mut self, count: usize) -> Option<Vec<Affine>> {
        let (mut bases, mut next) = (Vec::with_capacity(count), self.next);
        for _ in 0..count {
            bases.push(next);
            for _ in 0..self.windows.bits {
                next = next.double(SHAPE);
            }
        }
        let mut rows: Vec<Vec<Affine>> = normalize(&bases).into_iter().map(|base| vec![base]).collect();
        // Each step doubles their number: the last multiple is added to all. None is infinity, nor are two opposite: the order is a prime.
        for half in (0..self.windows.bits - 1).map(|step| 1 << step) {
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
        let slice = self.slice(self.windows.missing(SLICE)).unwrap_or_default();
        self.windows.append(slice);
        self.windows.are_complete()
    }
}
