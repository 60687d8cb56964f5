//! A key that can verify, and the algorithms it can verify. The key decides; a token's header never does.

use super::ecdsa::P256Key;
use super::rsa::RsaKey;
use crate::jose::jwk::{Jwk, KeyProblem};
use crate::jose::{Algorithm, AlgorithmSet};
use core::fmt;

/// A checked key.
pub struct Key {
    material: Material,
    algorithms: AlgorithmSet,
}

enum Material {
    P256(P256Key),
    Rsa(RsaKey),
}

impl Key {
    /// Checks a JWK: its kind, its intended use, and the mathematics.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_jwk(jwk: &Jwk) -> Result<Key, KeyProblem> {
        jwk.check_public_use()?;
        let material = Material::from_jwk(jwk)?;
        let mut algorithms = material.algorithms();
        if let Some(only) = jwk.alg()? {
            algorithms = algorithms.and(AlgorithmSet::of(&[only]));
            if algorithms.is_empty() {
                return Err(KeyProblem::Algorithm);
            }
        }
        Ok(Key { material, algorithms })
    }

    /// What the key is for: by its mathematics, and by its `alg` if it has one.
    pub fn algorithms(&self) -> AlgorithmSet {
        self.algorithms
    }

    /// Whether it is this key's signature. False for an algorithm that the key is not for.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.algorithms.contains(algorithm) {
            return false;
        }
        match (&self.material, algorithm) {
            (Material::P256(key), Algorithm::Es256) => key.verify(message, signature),
            (Material::Rsa(key), Algorithm::Rs256) => key.verify_pkcs1_sha256(message, signature),
            (Material::P256(_), _) | (Material::Rsa(_), _) => false,
        }
    }
}

impl Material {
    fn from_jwk(jwk: &Jwk) -> Result<Material, KeyProblem> {
        match jwk.kty()? {
            "EC" => match jwk.crv()? {
                "P-256" => P256Key::from_jwk(jwk).map(Material::P256),
                _ => Err(KeyProblem::Unsupported),
            },
            "RSA" => RsaKey::from_jwk(jwk).map(Material::Rsa),
            _ => Err(KeyProblem::Unsupported),
        }
    }

    const fn algorithms(&self) -> AlgorithmSet {
        match self {
            Material::P256(_) => AlgorithmSet::of(&[Algorithm::Es256]),
            Material::Rsa(_) => AlgorithmSet::of(&[Algorithm::Rs256]),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.algorithms)
    }
}
