//! Ed25519 verification (RFC 8032, RFC 8037), strict: what two implementations could judge differently is refused.

use crate::jose::jwk::{Jwk, KeyProblem};
use ed25519_dalek::{Signature, VerifyingKey};

/// A public key on edwards25519, of full order and in its one canonical encoding.
pub struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    /// From the `x` of a JWK (RFC 8037 §2).
    ///
    /// # Errors
    /// [`KeyProblem::Member`] for another length, [`KeyProblem::Point`] for what is no point, or a weak one.
    pub fn from_jwk(jwk: &Jwk) -> Result<Ed25519Key, KeyProblem> {
        let bytes: [u8; 32] = jwk.bytes("x")?.try_into().map_err(|_| KeyProblem::Member("x"))?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyProblem::Point)?;
        let is_canonical = key.to_edwards().compress().to_bytes() == bytes;
        if is_canonical && !key.is_weak() { Ok(Ed25519Key(key)) } else { Err(KeyProblem::Point) }
    }

    /// Whether it is this key's signature of the message; a weak or non-canonical R or s is refused.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}
