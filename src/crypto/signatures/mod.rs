//! Signatures of all algorithms but HMAC: one file a family, each a thin coat over its crate, but for ECDSA and Ed25519. In the wasm they are a module of
//! their own, which is loaded only where the runtime's own cryptography does not do.

mod ecdsa;
mod eddsa;
mod integers;
mod mldsa;
mod rsa;

use super::p256_tables::{self, P256Key};
use super::public::{Kind, PublicKey};
use crate::jose::Algorithm;
use ecdsa::EcdsaKey;
use eddsa::Ed25519Key;
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, VerifyingKey};
use rsa::{RsaKey, hash};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// What verifications have worked out so far of keys that share it: tables of multiples for ES256 and EdDSA, and those of the other generators. Clones share what
/// they keep; it is bounded, at 3 MiB in all, for eight keys of each.
#[derive(Clone, Debug, Default)]
pub struct TableStore {
    p256: p256_tables::TableStore,
    ed25519: eddsa::TableStore,
    ecdsa: ecdsa::Generators,
}

/// A public key that its crate has taken in.
pub struct SignatureKey {
    public: PublicKey,
    material: Material,
}

enum Material {
    P256(P256Key),
    P384(EcdsaKey),
    P521(EcdsaKey),
    Secp256k1(EcdsaKey),
    Ed25519(Ed25519Key),
    Rsa(RsaKey),
    MlDsa44(Box<VerifyingKey<MlDsa44>>),
    MlDsa65(Box<VerifyingKey<MlDsa65>>),
    MlDsa87(Box<VerifyingKey<MlDsa87>>),
}

impl SignatureKey {
    /// Sharing what verifications work out with other keys. `None` should a crate refuse what was checked.
    pub fn of(public: PublicKey, tables: &TableStore) -> Option<SignatureKey> {
        let (first, second) = public.members();
        let material = match public.kind() {
            Kind::P256 => Material::P256(P256Key::of(first, second, &tables.p256)?),
            Kind::P384 => Material::P384(EcdsaKey::of(&ecdsa::P384, first, second, &tables.ecdsa)?),
            Kind::P521 => Material::P521(EcdsaKey::of(&ecdsa::P521, first, second, &tables.ecdsa)?),
            Kind::Secp256k1 => {
                Material::Secp256k1(EcdsaKey::of(&ecdsa::SECP256K1, first, second, &tables.ecdsa)?)
            }
            Kind::Ed25519 => Material::Ed25519(Ed25519Key::of(first, &tables.ed25519)?),
            Kind::Rsa => Material::Rsa(RsaKey::of(first, second)?),
            Kind::MlDsa44 => Material::MlDsa44(mldsa::key(first)?),
            Kind::MlDsa65 => Material::MlDsa65(mldsa::key(first)?),
            Kind::MlDsa87 => Material::MlDsa87(mldsa::key(first)?),
        };
        Some(SignatureKey { public, material })
    }

    /// Works out at once what makes verifications faster, where there is such a thing; otherwise that happens bit by bit.
    pub fn precompute(&self) {
        match &self.material {
            Material::P256(key) => key.precompute(),
            Material::Ed25519(key) => key.precompute(),
            _ => {}
        }
    }

    /// What it was made of.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Whether it is this key's signature. False for an algorithm that the key is not for, and for a signature that does not fit.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.public.algorithms().contains(algorithm)
            && self.public.fits(signature)
            && self.material.verify(algorithm, message, signature)
    }
}

impl Material {
    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Material::P256(key), _) => key.verify(message, signature),
            (Material::P384(key), _) => key.verify(&Sha384::digest(message), signature),
            (Material::P521(key), _) => key.verify(&Sha512::digest(message), signature),
            (Material::Secp256k1(key), _) => key.verify(&Sha256::digest(message), signature),
            (Material::Ed25519(key), _) => key.verify(message, signature),
            (Material::Rsa(key), Algorithm::Rs256) => key.verify_pkcs1(hash::<Sha256>, message, signature),
            (Material::Rsa(key), Algorithm::Rs384) => key.verify_pkcs1(hash::<Sha384>, message, signature),
            (Material::Rsa(key), Algorithm::Rs512) => key.verify_pkcs1(hash::<Sha512>, message, signature),
            (Material::Rsa(key), Algorithm::Ps256) => key.verify_pss(hash::<Sha256>, message, signature),
            (Material::Rsa(key), Algorithm::Ps384) => key.verify_pss(hash::<Sha384>, message, signature),
            (Material::Rsa(key), Algorithm::Ps512) => key.verify_pss(hash::<Sha512>, message, signature),
            (Material::Rsa(_), _) => false,
            (Material::MlDsa44(key), _) => mldsa::verify(key, message, signature),
            (Material::MlDsa65(key), _) => mldsa::verify(key, message, signature),
            (Material::MlDsa87(key), _) => mldsa::verify(key, message, signature),
        }
    }
}
