//! ES256: a key on P-256, with the tables that it shares with others.

use super::{Table, TableStore, Tables, point, verify_hash_slowly};
use crate::crypto::public::curve;
use sha2::{Digest, Sha256};

/// Bits of the generator's digits: one table of 256 KiB for all keys.
const GENERATOR_BITS: usize = 8;

/// Bits of a key's digits: 148 KiB each.
const KEY_BITS: usize = 7;

/// A point on P-256; with SHA-256 it is ES256 (RFC 7518 §3.4).
pub(in super::super) struct P256Key {
    point: [u8; 64],
    tables: TableStore,
}

impl P256Key {
    /// From coordinates of full length, sharing what is worked out with other keys; `None` unless they are a point's.
    pub(in super::super) fn of(x: &[u8], y: &[u8], tables: &TableStore) -> Option<P256Key> {
        let point: [u8; 64] = [x, y].concat().try_into().ok()?;
        let is_canonical = [x, y].iter().all(|number| number.len() == 32 && *number < curve::P256.prime);
        (is_canonical && point::of(&point).is_on_curve(&point::B, point::SHAPE))
            .then(|| P256Key { point, tables: tables.clone() })
    }

    /// Works out at once, in milliseconds, what makes verifications many times faster; otherwise that happens bit by bit.
    pub(in super::super) fn precompute(&self) {
        self.tables.complete(&self.point, of_generator, || self.table());
    }

    /// Whether it is this key's signature of the message with SHA-256 (FIPS 186-5 §6.4.2).
    pub(in super::super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let ([r, s], true) = (signature.as_chunks::<32>().0, curve::P256.fits(signature)) else {
            return false;
        };
        let signature = [*r, *s];
        let hash: [u8; 32] = Sha256::digest(message).into();
        match self.tables.lookup(&self.point, of_generator, || self.table()) {
            Some((generator, key)) => Tables { generator, key }.verify_hash(&hash, &signature),
            None => verify_hash_slowly(&point::of(&self.point), &hash, &signature),
        }
    }

    pub(super) fn table(&self) -> Option<Table> {
        Some(Table::start(point::of(&self.point), KEY_BITS))
    }
}

pub(super) fn of_generator() -> Option<Table> {
    Some(Table::start(point::GENERATOR, GENERATOR_BITS))
}
