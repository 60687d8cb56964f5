//! A key that can verify, and the algorithms it can verify. The key decides; a token's header never does.

use super::ecdsa::{P256Key, P384Key, P521Key, Secp256k1Key};
use super::eddsa::Ed25519Key;
use super::hmac::HmacKey;
use super::mldsa::MlDsaKey;
use super::p256_tables::TableStore;
use super::rsa::RsaKey;
use crate::jose::base64url;
use crate::jose::json::quote;
use crate::jose::jwk::{Jwk, KeyProblem};
use crate::jose::{Algorithm, AlgorithmSet};
use crate::secret::Secret;
use core::fmt;
use sha2::{Sha256, Sha384, Sha512};

/// A checked key.
pub struct Key {
    material: Material,
    algorithms: AlgorithmSet,
    public: Option<String>,
}

enum Material {
    P256(P256Key),
    P384(P384Key),
    P521(P521Key),
    Secp256k1(Secp256k1Key),
    Ed25519(Ed25519Key),
    Rsa(RsaKey),
    MlDsa(MlDsaKey),
    Hmac(HmacKey),
}

impl Key {
    /// Checks the JWK of a public key: its kind, its intended use, and the mathematics. A secret has no place in a key set.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_jwk(jwk: &Jwk) -> Result<Key, KeyProblem> {
        jwk.check_public_use()?;
        let mut key = Key::new(Material::from_jwk(jwk)?, jwk.alg()?)?;
        key.public = Some(public_members(jwk)?);
        Ok(key)
    }

    /// Checks an HMAC secret; `only` is the one algorithm that it is for, if it is for one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_secret(secret: Secret<Vec<u8>>, only: Option<Algorithm>) -> Result<Key, KeyProblem> {
        Key::new(Material::Hmac(HmacKey::new(secret)?), only)
    }

    fn new(material: Material, only: Option<Algorithm>) -> Result<Key, KeyProblem> {
        let mut algorithms = material.algorithms();
        if let Some(only) = only {
            algorithms = algorithms.and(AlgorithmSet::of(&[only]));
        }
        if algorithms.is_empty() {
            Err(KeyProblem::Algorithm)
        } else {
            Ok(Key { material, algorithms, public: None })
        }
    }

    /// What the key is for: by its mathematics, and by its `alg` if it has one.
    pub fn algorithms(&self) -> AlgorithmSet {
        self.algorithms
    }

    /// The members of a public key that are its mathematics, as a JWK: for whoever verifies in the core's stead. `None` for a secret.
    pub fn public_jwk(&self) -> Option<&str> {
        self.public.as_deref()
    }

    /// The same, where what verifications work out is shared with other keys.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_jwk_sharing(jwk: &Jwk, tables: &TableStore) -> Result<Key, KeyProblem> {
        let mut key = Key::from_jwk(jwk)?;
        if let Material::P256(key) = &mut key.material {
            key.share(tables);
        }
        Ok(key)
    }

    /// Works out at once what makes verifications faster, where there is such a thing: see [`P256Key::precompute`].
    pub fn precompute(&self) {
        if let Material::P256(key) = &self.material {
            key.precompute();
        }
    }

    /// Whether a signature has the one form that [`verify`](Self::verify) demands. Verifiers differ in what they accept besides, so nobody
    /// else's verdict is asked for without it.
    pub fn fits(&self, algorithm: Algorithm, signature: &[u8]) -> bool {
        self.algorithms.contains(algorithm)
            && match &self.material {
                Material::P256(key) => key.fits(signature),
                Material::P384(key) => key.fits(signature),
                Material::P521(key) => key.fits(signature),
                Material::Secp256k1(key) => key.fits(signature),
                Material::Ed25519(key) => key.fits(signature),
                Material::Rsa(key) => key.fits(signature),
                // Nobody else is asked.
                Material::MlDsa(_) | Material::Hmac(_) => false,
            }
    }

    /// Whether it is this key's signature. False for an algorithm that the key is not for.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.algorithms.contains(algorithm) && self.material.verify(algorithm, message, signature)
    }
}

fn public_members(jwk: &Jwk) -> Result<String, KeyProblem> {
    let members: &[&'static str] = match jwk.kty()? {
        "EC" => &["x", "y"],
        "RSA" => &["n", "e"],
        "OKP" => &["x"],
        _ => &["pub"],
    };
    let mut json = format!(r#"{{"kty":{}"#, quote(jwk.kty()?));
    if let Ok(crv) = jwk.crv() {
        json.push_str(&format!(r#","crv":{}"#, quote(crv)));
    }
    for name in members {
        json.push_str(&format!(r#","{name}":"{}""#, base64url::encode(&jwk.bytes(name)?)));
    }
    Ok(json + "}")
}

impl Material {
    fn from_jwk(jwk: &Jwk) -> Result<Material, KeyProblem> {
        match jwk.kty()? {
            "EC" => match jwk.crv()? {
                "P-256" => P256Key::from_jwk(jwk).map(Material::P256),
                "P-384" => P384Key::from_jwk(jwk).map(Material::P384),
                "P-521" => P521Key::from_jwk(jwk).map(Material::P521),
                "secp256k1" => Secp256k1Key::from_jwk(jwk).map(Material::Secp256k1),
                _ => Err(KeyProblem::Unsupported),
            },
            "OKP" => match jwk.crv()? {
                "Ed25519" => Ed25519Key::from_jwk(jwk).map(Material::Ed25519),
                _ => Err(KeyProblem::Unsupported),
            },
            "RSA" => RsaKey::from_jwk(jwk).map(Material::Rsa),
            "AKP" => MlDsaKey::from_jwk(jwk).map(Material::MlDsa),
            "oct" => Err(KeyProblem::Private),
            _ => Err(KeyProblem::Unsupported),
        }
    }

    fn algorithms(&self) -> AlgorithmSet {
        use Algorithm::*;
        match self {
            Material::P256(_) => AlgorithmSet::of(&[Es256]),
            Material::P384(_) => AlgorithmSet::of(&[Es384]),
            Material::P521(_) => AlgorithmSet::of(&[Es512]),
            Material::Secp256k1(_) => AlgorithmSet::of(&[Es256k]),
            Material::Ed25519(_) => AlgorithmSet::of(&[EdDsa, Ed25519]),
            Material::Rsa(_) => AlgorithmSet::of(&[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]),
            Material::MlDsa(key) => AlgorithmSet::of(&[key.algorithm()]),
            // A secret must be at least as long as the hash.
            Material::Hmac(key) => match key.size() {
                ..48 => AlgorithmSet::of(&[Hs256]),
                48..64 => AlgorithmSet::of(&[Hs256, Hs384]),
                64.. => AlgorithmSet::of(&[Hs256, Hs384, Hs512]),
            },
        }
    }

    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Material::P256(key), Algorithm::Es256) => key.verify(message, signature),
            (Material::P384(key), Algorithm::Es384) => key.verify(message, signature),
            (Material::P521(key), Algorithm::Es512) => key.verify(message, signature),
            (Material::Secp256k1(key), Algorithm::Es256k) => key.verify(message, signature),
            (Material::Ed25519(key), Algorithm::EdDsa | Algorithm::Ed25519) => key.verify(message, signature),
            (Material::Rsa(key), Algorithm::Rs256) => key.verify_pkcs1::<Sha256>(message, signature),
            (Material::Rsa(key), Algorithm::Rs384) => key.verify_pkcs1::<Sha384>(message, signature),
            (Material::Rsa(key), Algorithm::Rs512) => key.verify_pkcs1::<Sha512>(message, signature),
            (Material::Rsa(key), Algorithm::Ps256) => key.verify_pss::<Sha256>(message, signature),
            (Material::Rsa(key), Algorithm::Ps384) => key.verify_pss::<Sha384>(message, signature),
            (Material::Rsa(key), Algorithm::Ps512) => key.verify_pss::<Sha512>(message, signature),
            (Material::MlDsa(key), algorithm) if key.algorithm() == algorithm => {
                key.verify(message, signature)
            }
            (Material::Hmac(key), Algorithm::Hs256) => key.verify_sha256(message, signature),
            (Material::Hmac(key), Algorithm::Hs384) => key.verify_sha384(message, signature),
            (Material::Hmac(key), Algorithm::Hs512) => key.verify_sha512(message, signature),
            _ => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.algorithms)
    }
}
