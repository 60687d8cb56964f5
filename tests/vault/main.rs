//! The vault's machines, each rule by itself and all together in simulated weather.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![cfg(feature = "vault")]

mod machine;
mod refresh;
mod rig;
mod simulation;
mod sockets;
mod timing;
