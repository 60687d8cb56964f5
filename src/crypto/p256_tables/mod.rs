//! ECDSA P-256 verification by tables of multiples: the sum of 86 precomputed points, without a doubling.
//!
//! For each key, and for the generator, the multiples 1 to 32 of 2^(6i)·P are kept for all 43 windows of a scalar: 88 KiB. Only public data
//! is worked on, so nothing here takes constant time. The field arithmetic is `fiat-crypto`'s, which is formally verified; the
//! arithmetic on scalars is the `p256` crate's, which is also the reference that all of this is tested against.
//!
//! Tables are built a slice at a time, from the second use of a key on, so that no verification pays for a whole one; until both
//! are there the `p256` crate answers. What is kept is bounded: the least recently used goes out.

mod field;
mod point;
mod store;
mod table;

use field::Fe;
use p256::ecdsa::Signature;
use p256::elliptic_curve::ops::Reduce;
use p256::{FieldBytes, Scalar};
use point::Jacobian;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use table::{Table, digits};

pub use store::TableStore;

/// The tables of a key and of the generator.
#[derive(Clone)]
pub(super) struct Tables {
    generator: Arc<Table>,
    key: Arc<Table>,
}

impl Tables {
    /// Whether it is the key's signature with SHA-256 (FIPS 186-5 §6.4.2).
    pub(super) fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let hash: [u8; 32] = Sha256::digest(message).into();
        self.verify_hash(&hash, signature)
    }

    fn verify_hash(&self, hash: &[u8; 32], signature: &Signature) -> bool {
        let (r, s) = signature.split_scalars();
        let Some(inverse) = Option::<Scalar>::from(s.invert_vartime()) else { return false };
        let hash = <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(*hash));
        let u1 = digits(&(hash * inverse).to_bytes().into());
        let u2 = digits(&(*r * inverse).to_bytes().into());
        let mut sum = Jacobian::INFINITY;
        for window in 0..u1.len() {
            self.generator.add_to(&mut sum, window, u1[window]);
            self.key.add_to(&mut sum, window, u2[window]);
        }
        has_x(&sum, &r.to_bytes().into())
    }
}

/// Whether the point's affine x is r modulo the group's order. The order is smaller than the field's prime, so that x may be r itself or r
/// plus the order.
fn has_x(point: &Jacobian, r: &[u8; 32]) -> bool {
    if point.is_infinity() {
        return false;
    }
    let zz = point.z.square();
    let is_x = |candidate: Fe| candidate.mul(&zz) == point.x;
    let r_is_small = r.as_slice() < PRIME_MINUS_ORDER.as_slice();
    is_x(Fe::of(r)) || (r_is_small && is_x(Fe::of(r).add(&Fe::of(&ORDER))))
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
