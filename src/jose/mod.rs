//! The wire formats of JOSE: strict parsing and nothing else. No signature is checked here.

#[cfg(any(feature = "verify", feature = "signatures"))]
mod algorithm;
pub mod base64url;
#[cfg(any(feature = "verify", feature = "signatures"))]
pub mod header;
#[cfg(any(feature = "verify", feature = "signatures", feature = "endpoints"))]
pub mod json;
#[cfg(any(feature = "verify", feature = "signatures"))]
pub mod jwk;
#[cfg(any(feature = "verify", feature = "signatures"))]
pub mod jws;

#[cfg(any(feature = "verify", feature = "signatures"))]
pub use algorithm::{Algorithm, AlgorithmSet};
