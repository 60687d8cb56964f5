//! Cryptographic primitives, one file per algorithm family: the only place that names `p256`, `rsa`, `sha2`, `hmac`.

#[cfg(feature = "verify")]
pub mod hmac;
#[cfg(feature = "verify")]
mod key;
#[cfg(feature = "session")]
pub mod mac;
#[cfg(feature = "verify")]
mod p256_tables;
#[cfg(any(feature = "verify", feature = "signatures"))]
pub mod public;
#[cfg(feature = "signatures")]
pub mod signatures;

#[cfg(feature = "verify")]
pub use key::Key;
#[cfg(feature = "verify")]
pub use p256_tables::TableStore;
