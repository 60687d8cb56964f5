//! Ed25519 verification (RFC 8032, RFC 8037), strict: what two implementations could judge differently is refused.
//!
//! `ed25519-dalek` is the reference that all of this is tested against. Only public data is worked on, so nothing here takes constant
//! time. The field arithmetic is `fiat-crypto`'s, which is formally verified.

mod field;
mod point;
mod table;

use crate::crypto::public::curve::hex;
use crate::crypto::public::edwards;
use crate::crypto::scalars::Prime;
use point::Point;
use sha2::{Digest, Sha512};
use table::Table;

pub(super) use table::TableStore;

/// The order of the group (RFC 8032 §5.1).
const GROUP: Prime =
    Prime::of(&hex::<32>("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed"));

/// A public key on edwards25519.
pub(super) struct Ed25519Key {
    encoded: [u8; 32],
    opposite: Point,
    tables: TableStore,
}

impl Ed25519Key {
    /// `None` for what is no point, and for one of small order.
    pub(super) fn of(x: &[u8], tables: &TableStore) -> Option<Ed25519Key> {
        let encoded = x.try_into().ok()?;
        let point = Point::of(&encoded).filter(|point| !point.is_small_order())?;
        Some(Ed25519Key { encoded, opposite: point.neg(), tables: tables.clone() })
    }

    /// Works out at once what makes verifications faster; otherwise that happens bit by bit.
    pub(super) fn precompute(&self) {
        self.tables.complete(&self.encoded, Table::of_generator, || self.table());
    }

    /// Whether it is this key's signature of the message, as `ed25519_dalek::VerifyingKey::verify_strict` does it (RFC 8032 §5.1.7 without the
    /// cofactor): R must be the encoding of s·B - h·A, and of no small order.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let ([r, s], true) = (signature.as_chunks::<32>().0, edwards::fits(signature)) else { return false };
        let hash = Sha512::new().chain_update(r).chain_update(self.encoded);
        let h = GROUP.reduce_wide(&hash.chain_update(message).finalize().into()).to_bytes();
        let sum = match self.tables.lookup(&self.encoded, Table::of_generator, || self.table()) {
            Some((generator, opposite)) => {
                let mut sum = Point::INFINITY;
                generator.add_to(&mut sum, s);
                opposite.add_to(&mut sum, &h);
                sum
            }
            None => point::sum_of_products([&Point::GENERATOR, &self.opposite], [s, &h]),
        };
        // The one canonical encoding: whatever else R may be, a second encoding or no point at all, is not equal.
        sum.encode() == *r
    }

    /// Of the key's opposite.
    fn table(&self) -> Option<Table> {
        Some(Table::start(self.opposite, table::KEY_BITS))
    }
}

#[cfg(test)]
mod tests;
