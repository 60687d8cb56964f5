//! A key that can verify, and the algorithms it can verify. The key decides; a token's header never does.

use super::TableStore;
use super::hmac::HmacKey;
use super::public::PublicKey;
#[cfg(feature = "signatures")]
use super::signatures::SignatureKey;
use crate::jose::base64url;
use crate::jose::json::{concat, quote};
use crate::jose::jwk::{Jwk, KeyProblem};
use crate::jose::{Algorithm, AlgorithmSet};
use crate::secret::Secret;
use core::fmt;

/// A checked key.
pub struct Key {
    material: Material,
    algorithms: AlgorithmSet,
    public: Option<String>,
}

enum Material {
    Hmac(HmacKey),
    #[cfg(feature = "signatures")]
    Public(Box<SignatureKey>),
    #[cfg(not(feature = "signatures"))]
    Public(PublicKey),
}

impl Key {
    /// The algorithms whose signatures are verified here. Those of others are for the caller to have verified, once they
    /// [fit](Self::fits): without the feature `signatures` that is all but HMAC.
    pub const OWN: AlgorithmSet = if cfg!(feature = "signatures") {
        AlgorithmSet::of(&Algorithm::ALL)
    } else {
        AlgorithmSet::of(&[Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512])
    };

    /// Checks the JWK of a public key: its kind, its intended use, and the mathematics. A secret has no place in a key set.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_jwk(jwk: &Jwk) -> Result<Key, KeyProblem> {
        Key::from_jwk_sharing(jwk, &TableStore::default())
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

    /// A public key's numbers. `None` for a secret.
    pub fn public(&self) -> Option<&PublicKey> {
        match &self.material {
            Material::Hmac(_) => None,
            #[cfg(feature = "signatures")]
            Material::Public(key) => Some(key.public()),
            #[cfg(not(feature = "signatures"))]
            Material::Public(key) => Some(key),
        }
    }

    /// The same, where what verifications work out is shared with other keys.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_jwk_sharing(jwk: &Jwk, tables: &TableStore) -> Result<Key, KeyProblem> {
        jwk.check_public_use()?;
        let mut key = Key::new(Material::of(PublicKey::from_jwk(jwk)?, tables)?, jwk.alg()?)?;
        key.public = Some(public_members(jwk)?);
        Ok(key)
    }

    /// Works out at once what makes verifications faster, where there is such a thing: see [`SignatureKey::precompute`].
    #[cfg(feature = "signatures")]
    pub fn precompute(&self) {
        if let Material::Public(key) = &self.material {
            key.precompute();
        }
    }

    /// Whether a signature has the one form that [`verify`](Self::verify) demands. Verifiers differ in what they accept besides, so nobody
    /// else's verdict is asked for without it.
    pub fn fits(&self, algorithm: Algorithm, signature: &[u8]) -> bool {
        self.algorithms.contains(algorithm)
            // Of a secret nobody else is asked.
            && self.public().is_some_and(|key| key.fits(signature))
    }

    /// Whether it is this key's signature. False for an algorithm that the key is not for, and for one that is not [`Key::OWN`].
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
    let mut json = concat(&[r#"{"kty":"#, &quote(jwk.kty()?)]);
    if let Ok(crv) = jwk.crv() {
        json += &concat(&[r#","crv":"#, &quote(crv)]);
    }
    // It alone names the parameter set.
    if let ("AKP", Some(alg)) = (jwk.kty()?, jwk.alg()?) {
        json += &concat(&[r#","alg":"#, &quote(alg.name())]);
    }
    for name in members {
        json += &concat(&[",\"", name, "\":\"", &base64url::encode(&jwk.bytes(name)?), "\""]);
    }
    Ok(json + "}")
}

impl Material {
    #[cfg(feature = "signatures")]
    fn of(public: PublicKey, tables: &TableStore) -> Result<Material, KeyProblem> {
        SignatureKey::of(public, tables).map(Box::new).map(Material::Public).ok_or(KeyProblem::Point)
    }

    #[cfg(not(feature = "signatures"))]
    fn of(public: PublicKey, _: &TableStore) -> Result<Material, KeyProblem> {
        Ok(Material::Public(public))
    }

    fn algorithms(&self) -> AlgorithmSet {
        use Algorithm::*;
        match self {
            // A secret must be at least as long as the hash.
            Material::Hmac(key) => match key.size() {
                ..48 => AlgorithmSet::of(&[Hs256]),
                48..64 => AlgorithmSet::of(&[Hs256, Hs384]),
                64.. => AlgorithmSet::of(&[Hs256, Hs384, Hs512]),
            },
            #[cfg(feature = "signatures")]
            Material::Public(key) => key.public().algorithms(),
            #[cfg(not(feature = "signatures"))]
            Material::Public(key) => key.algorithms(),
        }
    }

    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Material::Hmac(key), Algorithm::Hs256) => key.verify_sha256(message, signature),
            (Material::Hmac(key), Algorithm::Hs384) => key.verify_sha384(message, signature),
            (Material::Hmac(key), Algorithm::Hs512) => key.verify_sha512(message, signature),
            (Material::Hmac(_), _) => false,
            #[cfg(feature = "signatures")]
            (Material::Public(key), _) => key.verify(algorithm, message, signature),
            #[cfg(not(feature = "signatures"))]
            (Material::Public(_), _) => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.algorithms)
    }
}
