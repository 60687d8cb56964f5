//! The verifier's primitives, bound for wasm: keys as the shipped core checks them, signatures as it verifies them. The shipped
//! artifact has no such door, since nobody should verify anything but a whole token.

#![allow(unreachable_pub, reason = "wasm_bindgen exports public functions only")]

mod plain;

use strongroom::crypto::Key;
use strongroom::crypto::public::PublicKey;
use strongroom::jose::Algorithm;
use strongroom::jose::jwk::{self, KeyProblem};
use strongroom::secret::Secret;
use wasm_bindgen::prelude::*;

/// A key that passed the checks.
#[wasm_bindgen]
pub struct VectorKey(Key);

#[wasm_bindgen]
impl VectorKey {
    /// From a JWK as JSON.
    ///
    /// # Errors
    /// The stable word for what is wrong with it.
    #[wasm_bindgen(js_name = fromJwk)]
    pub fn from_jwk(jwk: &str) -> Result<VectorKey, JsValue> {
        let set = format!(r#"{{"keys":[{jwk}]}}"#);
        let keys = jwk::parse_set(set.as_bytes(), 1).map_err(|_| JsValue::from_str("not a JWK"))?;
        let key = keys.first().ok_or_else(|| JsValue::from_str("not a JWK"))?;
        Key::from_jwk(key).map(VectorKey).map_err(reason)
    }

    /// From an HMAC secret.
    ///
    /// # Errors
    /// The stable word for what is wrong with it.
    #[wasm_bindgen(js_name = fromSecret)]
    pub fn from_secret(secret: Vec<u8>, algorithm: &str) -> Result<VectorKey, JsValue> {
        Key::from_secret(Secret::new(secret), Algorithm::from_name(algorithm)).map(VectorKey).map_err(reason)
    }

    /// What a native engine is given: a JWK.
    #[wasm_bindgen(js_name = publicJwk)]
    pub fn public_jwk(&self) -> Option<String> {
        self.0.public_jwk().map(str::to_owned)
    }

    /// What the module of signatures is given.
    #[wasm_bindgen(js_name = publicNumbers)]
    pub fn public_numbers(&self) -> Vec<u8> {
        self.0.public().map(PublicKey::to_bytes).unwrap_or_default()
    }

    /// Builds the tables, so that the next verification goes by them.
    pub fn precompute(&self) {
        self.0.precompute();
    }

    /// Whether a native engine would be asked about it.
    pub fn fits(&self, algorithm: &str, signature: &[u8]) -> bool {
        Algorithm::from_name(algorithm).is_some_and(|algorithm| self.0.fits(algorithm, signature))
    }

    /// Whether it is this key's signature.
    pub fn verify(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        Algorithm::from_name(algorithm).is_some_and(|algorithm| self.0.verify(algorithm, message, signature))
    }
}

fn reason(problem: KeyProblem) -> JsValue {
    JsValue::from_str(problem.reason())
}
