//! Strongroom keeps OAuth access tokens out of reach of page scripts, rotates refresh-token families without
//! logging honest browsers out, and verifies JWTs strictly.
//!
//! The crate is a **sans-IO core**: it never reads a clock, a random source, the network or a global. Time and
//! entropy are arguments; I/O is an output that the caller performs. The bindings in `wasm`, `tower` and
//! `endpoints` are the only exceptions.
//!
//! ```text
//!   time, secret ──────────────► everyone
//!   jose ──► crypto ──► verify             (feature `edge`)
//!   crypto (MAC), jose::base64url ──► session   (feature `session`)
//!   time, secret ──► vault                 (feature `vault`)
//!   verify ──► tower                       (feature `tower`; nothing uses `tower`)
//!   session ──► endpoints                  (feature `endpoints`; nothing uses `endpoints`)
//!   all of them  ──► wasm                  (feature `wasm`; nothing uses `wasm`)
//! ```

#[forbid(unsafe_code)]
pub mod secret;
#[forbid(unsafe_code)]
pub mod time;

#[cfg(any(feature = "verify", feature = "signatures", feature = "session"))]
#[forbid(unsafe_code)]
pub mod crypto;
#[cfg(any(feature = "verify", feature = "signatures", feature = "session"))]
#[forbid(unsafe_code)]
pub mod jose;

#[cfg(feature = "endpoints")]
#[forbid(unsafe_code)]
pub mod endpoints;
#[cfg(feature = "session")]
#[forbid(unsafe_code)]
pub mod session;
#[cfg(feature = "tower")]
#[forbid(unsafe_code)]
pub mod tower;
#[cfg(feature = "vault")]
#[forbid(unsafe_code)]
pub mod vault;
#[cfg(feature = "verify")]
#[forbid(unsafe_code)]
pub mod verify;

#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
mod wasm;
