//! ECDSA verification. Signatures are the fixed-length concatenation of r and s (RFC 7518 §3.4); DER is refused.

use crate::jose::jwk::{Jwk, KeyProblem};
use p256::ecdsa::signature::Verifier;

/// A point on P-256.
pub struct P256Key(p256::ecdsa::VerifyingKey);

impl P256Key {
    /// Bytes of a coordinate, and of r and s.
    const SIZE: usize = 32;

    /// From the coordinates of a JWK (RFC 7518 §6.2.1).
    ///
    /// # Errors
    /// [`KeyProblem::Member`] for coordinates that are not of full length, [`KeyProblem::Point`] off the curve.
    pub fn from_jwk(jwk: &Jwk) -> Result<P256Key, KeyProblem> {
        let point = uncompressed_point(jwk, Self::SIZE)?;
        p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map(P256Key).map_err(|_| KeyProblem::Point)
    }

    /// Whether it is this key's signature of the message's SHA-256. r and s must lie in [1, n-1].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        p256::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

/// SEC 1 §2.3.3 without compression: the tag 4, then x and y, each of full length.
fn uncompressed_point(jwk: &Jwk, size: usize) -> Result<Vec<u8>, KeyProblem> {
    let (x, y) = (jwk.bytes("x")?, jwk.bytes("y")?);
    match (x.len() == size, y.len() == size) {
        (true, true) => Ok([&[4][..], &x, &y].concat()),
        (false, _) => Err(KeyProblem::Member("x")),
        (_, false) => Err(KeyProblem::Member("y")),
    }
}
