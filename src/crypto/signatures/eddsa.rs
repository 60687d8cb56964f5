//! Ed25519 verification (RFC 8032, RFC 8037), strict: what two implementations could judge differently is refused.

mod store;
mod tables;

use ed25519_dalek::{Signature, VerifyingKey};

/// A public key on edwards25519.
pub(super) struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    pub(super) fn of(x: &[u8]) -> Option<Ed25519Key> {
        VerifyingKey::from_bytes(x.try_into().ok()?).ok().map(Ed25519Key)
    }

    /// Works out at once what makes verifications faster; otherwise that happens with the first ones.
    pub(super) fn precompute(&self) {
        store::complete(&self.0);
    }

    /// Whether it is this key's signature of the message; a weak or non-canonical R or s is refused.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        match store::lookup(&self.0) {
            Some(tables) => tables.verify_strict(&self.0, message, &signature),
            None => self.0.verify_strict(message, &signature).is_ok(),
        }
    }
}
