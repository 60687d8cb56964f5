//! The wire formats of JOSE: strict parsing and nothing else. No signature is checked here.

pub mod base64url;
