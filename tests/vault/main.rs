//! The vault's machines, each rule by itself and all together in simulated weather.
#![cfg(feature = "vault")]

mod machine;
mod refresh;
mod rig;
mod simulation;
