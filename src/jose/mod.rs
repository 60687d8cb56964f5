//! The wire formats of JOSE: strict parsing and nothing else. No signature is checked here.

#[cfg(feature = "edge")]
mod algorithm;
pub mod base64url;
#[cfg(feature = "edge")]
pub mod header;
#[cfg(any(feature = "edge", feature = "endpoints"))]
pub mod json;
#[cfg(feature = "edge")]
pub mod jwk;
#[cfg(feature = "edge")]
pub mod jws;

#[cfg(feature = "edge")]
pub use algorithm::{Algorithm, AlgorithmSet};
