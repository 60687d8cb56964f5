//! The verifier from outside: what it accepts, and everything that it must refuse.
#![cfg(feature = "edge")]
#![allow(unreachable_pub, reason = "helpers shared between the modules of a test")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

mod algorithms;
mod claims;
mod inspect;
mod key_set;
mod keys;
mod names;
mod quirks;
mod rfc;
mod secrecy;
mod strictness;
mod tokens;
mod wycheproof;
