//! The multiples of one point, and how they are built a slice at a time.

use super::point::{Affine, SHAPE, Sum, normalize};

/// Bits of a window.
const BITS: usize = 6;

/// Windows of a scalar of 256 bits.
pub(super) const WINDOWS: usize = 256usize.div_ceil(BITS);

/// Digits go from -31 to 32: a negative one takes the opposite point.
const MULTIPLES: usize = 1 << (BITS - 1);

/// `MULTIPLES` points a window: the i-th window's are 1, 2, 3 … times 2^(6i)·P. Not all of them while it is being built.
pub(super) struct Table {
    points: Vec<Affine>,
    /// 2^(6i)·P for the next window.
    next: Sum,
}

impl Table {
    /// Nothing but the point.
    pub(super) fn start(point: Affine) -> Table {
        Table { points: Vec::new(), next: point.into() }
    }

    /// All at once.
    #[cfg(test)]
    pub(super) fn build(point: Affine) -> Table {
        let mut table = Table::start(point);
        table.grow(WINDOWS);
        table
    }

    pub(super) fn is_complete(&self) -> bool {
        self.points.len() == WINDOWS * MULTIPLES
    }

    /// Builds so many windows more, as far as there are any.
    pub(super) fn grow(&mut self, windows: usize) {
        let windows = windows.min(WINDOWS - self.points.len() / MULTIPLES);
        if windows == 0 {
            return;
        }
        let mut bases = Vec::with_capacity(windows);
        for _ in 0..windows {
            bases.push(self.next);
            for _ in 0..BITS {
                self.next = self.next.double(SHAPE);
            }
        }
        // The order is a prime far above 32: of these small multiples none is infinity.
        let mut multiples = Vec::with_capacity(windows * MULTIPLES);
        for base in normalize(&bases) {
            let mut multiple = Sum::from(base);
            multiples.push(multiple);
            for _ in 1..MULTIPLES {
                multiple.add(&base, SHAPE);
                multiples.push(multiple);
            }
        }
        self.points.reserve_exact(WINDOWS * MULTIPLES - self.points.len());
        self.points.extend(normalize(&multiples));
    }

    /// Adds `digit` times 2^(6·window)·P.
    pub(super) fn add_to(&self, sum: &mut Sum, window: usize, digit: i8) {
        let Some(index) = usize::from(digit.unsigned_abs()).checked_sub(1) else { return };
        let point = &self.points[window * MULTIPLES + index];
        if digit < 0 {
            sum.add(&point.neg(), SHAPE);
        } else {
            sum.add(point, SHAPE);
        }
    }
}

/// A scalar below the group's order, big-endian, as the sum of digit·2^(6i).
pub(super) fn digits(scalar: &[u8; 32]) -> [i8; WINDOWS] {
    let bit = |at: usize| scalar.get(31usize.wrapping_sub(at / 8)).map_or(0, |byte| byte >> (at % 8) & 1);
    let mut digits = [0; WINDOWS];
    let mut carry = 0;
    for (window, digit) in digits.iter_mut().enumerate() {
        let raw = (0..BITS).fold(carry, |raw, i| raw + ((bit(window * BITS + i) as i8) << i));
        carry = i8::from(raw > MULTIPLES as i8);
        *digit = raw - (carry << BITS);
    }
    digits
}
