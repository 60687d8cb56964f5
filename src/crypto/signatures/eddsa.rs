//! Ed25519 verification (RFC 8032, RFC 8037), strict: what two implementations could judge differently is refused.

mod store;
mod tables;

use ed25519_dalek::{Signature, VerifyingKey};

pub(super) use store::TableStore;

/// A public key on edwards25519.
pub(super) struct Ed25519Key {
    key: VerifyingKey,
    tables: TableStore,
}

impl Ed25519Key {
    pub(super) fn of(x: &[u8], tables: &TableStore) -> Option<Ed25519Key> {
        let key = VerifyingKey::from_bytes(x.try_into().ok()?).ok()?;
        Some(Ed25519Key { key, tables: tables.clone() })
    }

    /// Works out at once what makes verifications faster; otherwise that happens with the first ones.
    pub(super) fn precompute(&self) {
        self.tables.complete(&self.key);
    }

    /// Whether it is this key's signature of the message; a weak or non-canonical R or s is refused.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        match self.tables.lookup(&self.key) {
            Some(tables) => tables.verify_strict(&self.key, message, &signature),
            None => self.key.verify_strict(message, &signature).is_ok(),
        }
    }
}
