//! Ed25519 verification by tables of multiples: the sum of 128 precomputed points, without a doubling and without taking the
//! square root that R's coordinates would need.
//!
//! For each key, and for the generator, the multiples 1 to 8 of 16^i·P are kept for all 64 digits of a scalar: 80 KiB. All arithmetic on
//! points and scalars is `curve25519-dalek`'s; `ed25519-dalek` is the reference that all of this is tested against. Only public data is
//! worked on, so nothing here takes constant time.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha512};
use std::sync::Arc;

/// Digits of a scalar to the base 16.
const DIGITS: usize = 64;

/// Digits go from -7 to 8: a negative one takes the opposite point.
const MULTIPLES: usize = 8;

/// The tables of a key's opposite and of the generator.
#[derive(Clone)]
pub(super) struct Tables {
    pub(super) generator: Arc<Table>,
    pub(super) opposite: Arc<Table>,
}

/// `MULTIPLES` points a digit: the i-th digit's are 1, 2, 3 … times 16^i·P.
pub(super) struct Table(Vec<EdwardsPoint>);

impl Tables {
    /// As `VerifyingKey::verify_strict` does it (RFC 8032 §5.1.7 without the cofactor): R must be the encoding of s·B - h·A, and of no small
    /// order. The key is one that is not weak.
    pub(super) fn verify_strict(&self, key: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
        let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes())) else {
            return false;
        };
        let hash = Sha512::new().chain_update(signature.r_bytes()).chain_update(key.as_bytes());
        let h = Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into());
        let mut sum = self.generator.multiply(&s);
        self.opposite.add_to(&mut sum, &h);
        // The one canonical encoding: whatever else R may be, a second encoding or no point at all, is not equal.
        sum.compress().as_bytes() == signature.r_bytes() && !sum.is_small_order()
    }
}

impl Table {
    pub(super) fn of_generator() -> Table {
        Table::build(ED25519_BASEPOINT_POINT)
    }

    pub(super) fn of_opposite(key: &VerifyingKey) -> Table {
        Table::build(-key.to_edwards())
    }

    fn build(point: EdwardsPoint) -> Table {
        let mut points = Vec::with_capacity(DIGITS * MULTIPLES);
        let mut base = point;
        for _ in 0..DIGITS {
            let mut multiple = base;
            points.push(multiple);
            for _ in 1..MULTIPLES {
                multiple += base;
                points.push(multiple);
            }
            // Twice the eightfold.
            base = multiple + multiple;
        }
        Table(points)
    }

    fn multiply(&self, scalar: &Scalar) -> EdwardsPoint {
        let mut sum = EdwardsPoint::default();
        self.add_to(&mut sum, scalar);
        sum
    }

    /// Adds `scalar`·P.
    fn add_to(&self, sum: &mut EdwardsPoint, scalar: &Scalar) {
        for (digit, multiples) in digits(scalar).into_iter().zip(self.0.as_chunks::<MULTIPLES>().0) {
            let Some(index) = usize::from(digit.unsigned_abs()).checked_sub(1) else { continue };
            let point = &multiples[index % MULTIPLES];
            *sum = if digit < 0 { *sum - point } else { *sum + point };
        }
    }
}

/// A scalar as the sum of digit·16^i. It is below 2^253, so that nothing is carried beyond the last.
fn digits(scalar: &Scalar) -> [i8; DIGITS] {
    let mut digits = [0; DIGITS];
    let mut carry = 0;
    for (two, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(scalar.as_bytes()) {
        for (digit, nibble) in two.iter_mut().zip([byte & 0xf, byte >> 4]) {
            let raw = nibble as i8 + carry;
            carry = i8::from(raw > MULTIPLES as i8);
            *digit = raw - (carry << 4);
        }
    }
    digits
}

#[cfg(test)]
mod tests;
