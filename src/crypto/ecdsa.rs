//! ECDSA verification. Signatures are the fixed-length concatenation of r and s (RFC 7518 §3.4); DER is refused.

use super::p256_tables::TableStore;
use crate::jose::jwk::{Jwk, KeyProblem};
use signature::Verifier;

/// A key on one curve: the crates share their shape, and no type that could be generic over them.
macro_rules! curve {
    ($(#[$doc:meta])* $name:ident: $curve:ident, $size:literal bytes, $normalize:expr) => {
        $(#[$doc])*
        pub struct $name($curve::ecdsa::VerifyingKey);

        impl $name {
            /// From the coordinates of a JWK (RFC 7518 §6.2.1).
            ///
            /// # Errors
            /// [`KeyProblem::Member`] for coordinates that are not of full length, [`KeyProblem::Point`] off the curve.
            pub fn from_jwk(jwk: &Jwk) -> Result<$name, KeyProblem> {
                let point = uncompressed_point(jwk, $size)?;
                $curve::ecdsa::VerifyingKey::from_sec1_bytes(&point).map($name).map_err(|_| KeyProblem::Point)
            }

            /// Whether a signature is of the right length, with r and s in [1, n-1].
            pub fn fits(&self, signature: &[u8]) -> bool {
                $curve::ecdsa::Signature::from_slice(signature).is_ok()
            }

            /// Whether it is this key's signature of the message. r and s must lie in [1, n-1].
            pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
                let normalize: fn($curve::ecdsa::Signature) -> $curve::ecdsa::Signature = $normalize;
                $curve::ecdsa::Signature::from_slice(signature)
                    .is_ok_and(|signature| self.0.verify(message, &normalize(signature)).is_ok())
            }
        }
    };
}

/// A point on P-256; with SHA-256 it is ES256.
pub struct P256Key {
    key: p256::ecdsa::VerifyingKey,
    point: [u8; 64],
    tables: TableStore,
}

impl P256Key {
    /// From the coordinates of a JWK (RFC 7518 §6.2.1).
    ///
    /// # Errors
    /// [`KeyProblem::Member`] for coordinates that are not of full length, [`KeyProblem::Point`] off the curve.
    pub fn from_jwk(jwk: &Jwk) -> Result<P256Key, KeyProblem> {
        let encoded = uncompressed_point(jwk, 32)?;
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&encoded).map_err(|_| KeyProblem::Point)?;
        let point = encoded[1..].try_into().map_err(|_| KeyProblem::Point)?;
        Ok(P256Key { key, point, tables: TableStore::default() })
    }

    /// Shares what is worked out with other keys.
    pub fn share(&mut self, tables: &TableStore) {
        self.tables = tables.clone();
    }

    /// Works out at once, in milliseconds, what makes verifications many times faster; otherwise that happens bit by bit.
    pub fn precompute(&self) {
        self.tables.complete(&self.point);
    }

    /// Whether a signature is of the right length, with r and s in [1, n-1].
    pub fn fits(&self, signature: &[u8]) -> bool {
        p256::ecdsa::Signature::from_slice(signature).is_ok()
    }

    /// Whether it is this key's signature of the message. r and s must lie in [1, n-1].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = p256::ecdsa::Signature::from_slice(signature) else { return false };
        match self.tables.lookup(&self.point) {
            Some(tables) => tables.verify(message, &signature),
            None => self.key.verify(message, &signature).is_ok(),
        }
    }
}

curve! {
    /// A point on P-384; with SHA-384 it is ES384.
    P384Key: p384, 48 bytes, |signature| signature
}

curve! {
    /// A point on P-521; with SHA-512 it is ES512.
    P521Key: p521, 66 bytes, |signature| signature
}

curve! {
    /// A point on secp256k1; with SHA-256 it is ES256K (RFC 8812 §3.2).
    // The crate has Bitcoin's rule that s must be the lower of its two values; JOSE has not.
    Secp256k1Key: k256, 32 bytes, |signature| signature.normalize_s()
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
