//! ECDSA P-256 verification by tables of multiples: the sum of 69 precomputed points, without a doubling.
//!
//! For each key the multiples 1 to 64 of 2^(7i)·P are kept for all 37 digits of a scalar, and for the generator 1 to 128 of 2^(8i)·P for
//! 32 digits. Only public data is worked on, so nothing here takes constant time. The field arithmetic is `fiat-crypto`'s, which is
//! formally verified; the `p256` crate is the reference that all of this is tested against. Until the tables are there (see
//! `table_store`) it is done by doubling and adding.

mod field;
mod key;
mod point;
mod table;

use super::public::curve::{self, hex};
use super::scalars::{Prime, Scalar};
use super::table_store;
use super::weierstrass::{Field, sum_of_products};
use field::Fe;
use point::{Affine, GENERATOR, SHAPE, Sum, add_pairs};
use std::sync::Arc;
use table::Table;

pub(super) use key::P256Key;

/// What verifications of ES256 have worked out so far, by the points' coordinates: at most 1.5 MB for all keys that share it.
pub(super) type TableStore = table_store::TableStore<[u8; 64], Table>;

/// r and s, big-endian.
type Signature = [[u8; 32]; 2];

/// Of the points.
const GROUP: Prime = Prime::of(curve::P256.order);

/// The tables of a key and of the generator.
struct Tables {
    generator: Arc<Table>,
    key: Arc<Table>,
}

impl Tables {
    fn verify_hash(&self, hash: &[u8; 32], signature: &Signature) -> bool {
        let Some([u1, u2]) = factors(hash, signature) else { return false };
        let mut points = Vec::with_capacity(69);
        for (table, scalar) in [(&self.generator, u1), (&self.key, u2)] {
            let (scalar, is_opposite) = halved(&scalar);
            table.select(&scalar, is_opposite, &mut points);
        }
        has_x(&sum_of(points), &signature[0])
    }
}

/// A scalar or its opposite, whichever is below 2^255, little-endian, and whether it is the opposite.
fn halved(scalar: &Scalar) -> ([u8; 32], bool) {
    let bytes = scalar.to_bytes();
    let is_high = bytes[31] >= 0x80;
    (if is_high { scalar.neg().to_bytes() } else { bytes }, is_high)
}

/// The sum of points, by twos as long as they are so many that this is faster.
fn sum_of(mut points: Vec<Affine>) -> Sum {
    while points.len() > 13 {
        let (pairs, rest) = points.as_chunks::<2>();
        // Opposite points, which only those meet who look for them.
        let Some(mut sums) = add_pairs(pairs, SHAPE) else { break };
        sums.extend_from_slice(rest);
        points = sums;
    }
    let mut sum = Sum::Infinity;
    for point in &points {
        sum.add(point, SHAPE);
    }
    sum
}

/// The same without a table.
fn verify_hash_slowly(key: &Affine, hash: &[u8; 32], signature: &Signature) -> bool {
    let Some(factors) = factors(hash, signature) else { return false };
    let [u1, u2] = factors.map(|factor| {
        let mut bytes = factor.to_bytes();
        bytes.reverse();
        bytes
    });
    has_x(&sum_of_products([&GENERATOR, key], [&u1, &u2], SHAPE), &signature[0])
}

/// By what generator and key are multiplied (FIPS 186-5 §6.4.2).
fn factors(hash: &[u8; 32], [r, s]: &Signature) -> Option<[Scalar; 2]> {
    let inverse = GROUP.invert(&GROUP.reduce(s))?;
    Some([hash, r].map(|factor| GROUP.reduce(factor).mul(&inverse)))
}

/// Whether the point's affine x is r modulo the group's order. The order is smaller than the field's prime, so that x may be r itself or r
/// plus the order.
fn has_x(sum: &Sum, r: &[u8; 32]) -> bool {
    let r_is_small = r.as_slice() < PRIME_MINUS_ORDER.as_slice();
    let r = Fe::of(r);
    sum.has_x(&r) || (r_is_small && sum.has_x(&r.add(&ORDER)))
}

/// n, as a number of the field.
const ORDER: Fe = Fe::of(&hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"));

/// p - n, big-endian.
const PRIME_MINUS_ORDER: [u8; 32] = [
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43,
    0x19, 0x05, 0x53, 0x58, 0xe8, 0x61, 0x7b, 0x0c, 0x46, 0x35, 0x3d, 0x03, 0x9c, 0xda, 0xae,
];

#[cfg(test)]
mod tests;
