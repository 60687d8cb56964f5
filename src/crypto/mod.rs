//! Cryptographic primitives, one file per algorithm family: the only place that names `p256`, `rsa`, `sha2`, `hmac`.

#[cfg(feature = "edge")]
pub mod ecdsa;
#[cfg(feature = "edge")]
pub mod eddsa;
#[cfg(feature = "edge")]
pub mod hmac;
#[cfg(feature = "edge")]
mod key;
#[cfg(feature = "session")]
pub mod mac;
#[cfg(feature = "edge")]
pub mod mldsa;
#[cfg(feature = "edge")]
mod p256_tables;
#[cfg(feature = "edge")]
pub mod rsa;

#[cfg(feature = "edge")]
pub use key::Key;
#[cfg(feature = "edge")]
pub use p256_tables::TableStore;
