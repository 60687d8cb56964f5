//! Cryptographic primitives, one file per algorithm family: the only place that names `p256`, `rsa`, `sha2`, `hmac`.
