//! Cryptographic primitives, one file per algorithm family: the only place that names `sha2`, `hmac` and what signatures are verified with.

#[cfg(feature = "verify")]
pub mod hmac;
#[cfg(feature = "signatures")]
mod inverse;
#[cfg(feature = "verify")]
mod key;
#[cfg(feature = "session")]
pub mod mac;
#[cfg(all(feature = "verify", not(feature = "signatures")))]
mod no_tables;
#[cfg(feature = "signatures")]
mod p256_tables;
#[cfg(any(feature = "verify", feature = "signatures"))]
pub mod public;
#[cfg(feature = "signatures")]
mod scalars;
#[cfg(feature = "signatures")]
pub mod signatures;
#[cfg(feature = "signatures")]
mod table_store;
#[cfg(feature = "signatures")]
mod weierstrass;
#[cfg(feature = "signatures")]
mod windows;

#[cfg(feature = "verify")]
pub use key::Key;
#[cfg(all(feature = "verify", not(feature = "signatures")))]
pub use no_tables::TableStore;
#[cfg(feature = "signatures")]
pub use signatures::TableStore;
