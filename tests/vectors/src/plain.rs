//! The crates alone, with nothing of this project around them: what its own verification in wasm is measured against.

use p256::ecdsa::signature::Verifier as _;
use rsa::{BoxedUint, RsaPublicKey};
use wasm_bindgen::prelude::*;

/// A public key as its crate holds it.
#[wasm_bindgen]
pub struct PlainKey(Material);

enum Material {
    P256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa(rsa::pkcs1v15::VerifyingKey<sha2::Sha256>),
}

#[wasm_bindgen]
impl PlainKey {
    /// On P-256, from x and y.
    pub fn p256(x: &[u8], y: &[u8]) -> Option<PlainKey> {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&[&[4], x, y].concat()).ok()?;
        Some(PlainKey(Material::P256(key)))
    }

    /// On edwards25519.
    pub fn ed25519(x: &[u8]) -> Option<PlainKey> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(x.try_into().ok()?).ok()?;
        Some(PlainKey(Material::Ed25519(key)))
    }

    /// From modulus and exponent, for PKCS #1 v1.5 with SHA-256.
    pub fn rsa(n: &[u8], e: &[u8]) -> Option<PlainKey> {
        let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
        let key = RsaPublicKey::new(number(n), number(e)).ok()?;
        Some(PlainKey(Material::Rsa(rsa::pkcs1v15::VerifyingKey::new(key))))
    }

    /// Whether it is this key's signature.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Material::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Material::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Material::Rsa(key) => rsa::pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}
