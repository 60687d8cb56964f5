//! Multiples of one point, so that a product with a scalar takes a quarter of its doublings.

use super::super::integers::Number;
use crate::crypto::weierstrass::{Affine, Shape, Sum, normalize};

/// Bits of a digit.
const BITS: usize = 5;

/// Digits go from -15 to 16: a negative one takes the opposite point.
const MULTIPLES: usize = 1 << (BITS - 1);

/// In so many parts a scalar is cut.
const PARTS: usize = 4;

/// For each part of a scalar the multiples 1, 2, 3 … 16 of the point times that part's unit.
pub(super) struct Multiples(Vec<Affine<Number>>);

impl Multiples {
    /// For scalars of so many bytes.
    pub(super) fn of(point: &Affine<Number>, bytes: usize, shape: Shape) -> Multiples {
        let mut units = Vec::with_capacity(PARTS);
        let mut unit = Sum::from(point.clone());
        units.push(unit.clone());
        for _ in 1..PARTS {
            for _ in 0..BITS * rows(bytes) {
                unit = unit.double(shape);
            }
            units.push(unit.clone());
        }
        // The order is a prime far above 16: of these multiples none is infinity.
        let mut multiples = Vec::with_capacity(PARTS * MULTIPLES);
        for unit in normalize(&units) {
            let mut multiple = Sum::from(unit.clone());
            multiples.push(multiple.clone());
            for _ in 1..MULTIPLES {
                multiple.add(&unit, shape);
                multiples.push(multiple.clone());
            }
        }
        Multiples(normalize(&multiples))
    }

    /// Adds the part's unit times the digit.
    fn add_to(&self, sum: &mut Sum<Number>, part: usize, digit: i8, shape: Shape) {
        let Some(index) = usize::from(digit.unsigned_abs()).checked_sub(1) else { return };
        let Some(point) = self.0.get(part * MULTIPLES + index) else { return };
        if digit < 0 { sum.add(&point.neg(), shape) } else { sum.add(point, shape) }
    }
}

/// The sum of two points, each multiplied by a big-endian scalar of just so many bytes.
pub(super) fn sum_of_products(
    points: [&Multiples; 2],
    scalars: [&[u8]; 2],
    bytes: usize,
    shape: Shape,
) -> Sum<Number> {
    let rows = rows(bytes);
    let digits = scalars.map(|scalar| digits(scalar, PARTS * rows));
    let mut sum = Sum::Infinity;
    for row in (0..rows).rev() {
        for _ in 0..BITS {
            sum = sum.double(shape);
        }
        for part in 0..PARTS {
            for (point, digits) in points.iter().zip(&digits) {
                point.add_to(&mut sum, part, digits[part * rows + row], shape);
            }
        }
    }
    sum
}

/// Digits of a part. One bit more than a scalar has is for the last carry.
fn rows(bytes: usize) -> usize {
    (8 * bytes + 1).div_ceil(BITS * PARTS)
}

/// A scalar as the sum of digit·2^(5i).
fn digits(scalar: &[u8], count: usize) -> Vec<i8> {
    let bit = |at: usize| {
        let byte = scalar.len().checked_sub(1 + at / 8).and_then(|place| scalar.get(place));
        byte.map_or(0, |byte| byte >> (at % 8) & 1) as i8
    };
    let mut carry = 0;
    let digit = |place: usize| {
        let raw = (0..BITS).fold(carry, |raw, i| raw + (bit(place * BITS + i) << i));
        carry = i8::from(raw > MULTIPLES as i8);
        raw - (carry << BITS)
    };
    (0..count).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_scalar() {
        let mut scalars =
            vec![vec![0; 66], vec![0xff; 66], vec![0x84; 66], [vec![0xff; 20], vec![0; 46]].concat()];
        for bit in 0..528 {
            let mut scalar = vec![0; 66];
            scalar[bit / 8] = 1 << (bit % 8);
            scalars.push(scalar.iter().map(|byte| 0xff - byte).collect());
            scalars.push(scalar);
        }
        for scalar in scalars {
            for scalar in [&scalar[..], &scalar[..32], &scalar[..48]] {
                let digits = digits(scalar, PARTS * rows(scalar.len()));
                assert!(digits.iter().all(|digit| (-15..=16).contains(digit)));
                let mut bits = vec![0i32; 5 * digits.len() + 8];
                for (place, digit) in digits.iter().enumerate() {
                    bits[5 * place] += i32::from(*digit);
                }
                for at in 1..bits.len() {
                    let carry = bits[at - 1] >> 1;
                    bits[at] += carry;
                    bits[at - 1] -= 2 * carry;
                }
                for (at, bit) in bits.iter().enumerate() {
                    let byte = scalar.len().checked_sub(1 + at / 8).map_or(0, |place| scalar[place]);
                    assert_eq!(*bit, i32::from(byte >> (at % 8) & 1), "{at}");
                }
            }
        }
    }
}
