//! Ed25519 verification (RFC 8032, RFC 8037), strict: what two implementations could judge differently is refused.
//!
//! `ed25519-dalek` is the reference that all of this is tested against. Only public data is worked on, so nothing here takes constant
//! time. The field arithmetic is `fiat-crypto`'s, which is formally verified; that of scalars is `curve25519-dalek`'s.

mod field;
mod point;
mod table;

use curve25519_dalek::Scalar;
use point::Point;
use sha2::{Digest, Sha512};
use table::Table;

pub(super) use table::TableStore;

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
        let Some((r, s)) = signature.split_first_chunk::<32>() else { return false };
        let Ok(s) = s.try_into() else { return false };
        let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(s)) else { return false };
        let hash = Sha512::new().chain_update(r).chain_update(self.encoded);
        let h = Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into());
        let sum = match self.tables.lookup(&self.encoded, Table::of_generator, || self.table()) {
            Some((generator, opposite)) => {
                let mut sum = Point::INFINITY;
                generator.add_to(&mut sum, &s);
                opposite.add_to(&mut sum, &h);
                sum
            }
            None => point::sum_of_products([&Point::GENERATOR, &self.opposite], [s.as_bytes(), h.as_bytes()]),
        };
        // The one canonical encoding: whatever else R may be, a second encoding or no point at all, is not equal.
        sum.encode() == *r && !sum.is_small_order()
    }

    /// Of the key's opposite.
    fn table(&self) -> Option<Table> {
        Some(Table::start(self.opposite, table::KEY_BITS))
    }
}

#[cfg(test)]
mod tests;
