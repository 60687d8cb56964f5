//! The `signatures` artifact: one class, [`SignatureKey`]. It verifies what the `edge` artifact leaves, where nothing native does.

#![allow(unreachable_pub, reason = "wasm_bindgen exports public functions only")]

use crate::crypto::public::PublicKey;
use crate::crypto::{TableStore, signatures};
use crate::jose::Algorithm;
use wasm_bindgen::prelude::*;

thread_local! {
    /// All keys share one bounded store.
    static TABLES: TableStore = TableStore::default();
}

/// A public key that the `edge` artifact has checked.
#[wasm_bindgen]
pub struct SignatureKey(Option<signatures::SignatureKey>);

#[wasm_bindgen]
impl SignatureKey {
    /// From the bytes that the `edge` artifact gives of a key that it has checked. What is none verifies nothing.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8]) -> SignatureKey {
        let public = PublicKey::from_bytes(key);
        SignatureKey(
            TABLES.with(|tables| public.and_then(|public| signatures::SignatureKey::of(public, tables))),
        )
    }

    /// Whether it is this key's signature. `algorithm` is a number of the `edge` artifact's.
    pub fn verify(&self, algorithm: u32, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = Algorithm::ALL.get(algorithm as usize);
        self.0
            .as_ref()
            .zip(algorithm)
            .is_some_and(|(key, algorithm)| key.verify(*algorithm, message, signature))
    }
}
