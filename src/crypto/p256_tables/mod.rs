//! ECDSA P-256 verification by tables of multiples: the sum of 86 precomputed points, without a doubling.
//!
//! For each key, and for the generator, the multiples 1 to 32 of 2^(6i)·P are kept for all 43 windows of a scalar: 88 KiB. Only public data
//! is worked on, so nothing here takes constant time. The field arithmetic is `fiat-crypto`'s, which is formally verified; the
//! arithmetic on scalars is the `p256` crate's, which is also the reference that all of this is tested against.
//!
//! Tables are built a slice at a time, from the second use of a key on, so that no verification pays for a whole one; until both
//! are there it is done by doubling and adding. What is kept is bounded: the least recently used goes out.

mod field;
mod key;
mod point;
mod store;
mod table;

use super::weierstrass::{Field, sum_of_products};
use field::Fe;
use p256::ecdsa::Signature;
use p256::elliptic_curve::ops::Reduce;
use p256::{FieldBytes, Scalar};
use point::{Affine, GENERATOR, SHAPE, Sum};
use std::sync::Arc;
use table::{Table, digits};

pub(super) use key::P256Key;
pub(super) use store::TableStore;

/// The tables of a key and of the generator.
#[derive(Clone)]
struct Tables {
    generator: Arc<Table>,
    key: Arc<Table>,
}

impl Tables {
    fn verify_hash(&self, hash: &[u8; 32], signature: &Signature) -> bool {
        let Some((u1, u2)) = factors(hash, signature) else { return false };
        let (u1, u2) = (digits(&u1), digits(&u2));
        let mut sum = Sum::Infinity;
        for window in 0..u1.len() {
            self.generator.add_to(&mut sum, window, u1[window]);
            self.key.add_to(&mut sum, window, u2[window]);
        }
        has_x(&sum, &signature.r().to_bytes().into())
    }
}

/// The same without a table.
fn verify_hash_slowly(key: &Affine, hash: &[u8; 32], signature: &Signature) -> bool {
    let Some((u1, u2)) = factors(hash, signature) else { return false };
    let sum = sum_of_products([&GENERATOR, key], [&u1, &u2], SHAPE);
    has_x(&sum, &signature.r().to_bytes().into())
}

/// By what generator and key are multiplied (FIPS 186-5 §6.4.2), big-endian.
fn factors(hash: &[u8; 32], signature: &Signature) -> Option<([u8; 32], [u8; 32])> {
    let (r, s) = signature.split_scalars();
    let inverse = Option::<Scalar>::from(s.invert_vartime())?;
    let hash = <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(*hash));
    Some(((hash * inverse).to_bytes().into(), (*r * inverse).to_bytes().into()))
}

/// Whether the point's affine x is r modulo the group's order. The order is smaller than the field's prime, so that x may be r itself or r
/// plus the order.
fn has_x(sum: &Sum, r: &[u8; 32]) -> bool {
    let r_is_small = r.as_slice() < PRIME_MINUS_ORDER.as_slice();
    let r = Fe::of(r);
    sum.has_x(&r) || (r_is_small && sum.has_x(&r.add(&Fe::of(&ORDER))))
}

/// n, big-endian (SEC 2 §2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// p - n, big-endian.
const PRIME_MINUS_ORDER: [u8; 32] = [
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43,
    0x19, 0x05, 0x53, 0x58, 0xe8, 0x61, 0x7b, 0x0c, 0x46, 0x35, 0x3d, 0x03, 0x9c, 0xda, 0xae,
];

#[cfg(test)]
mod tests;
