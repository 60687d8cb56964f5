//! Whole sessions in virtual time: the shipped refresh machine of the vault in every tab, the shipped `decide` on the
//! server, and between them a network, a store and a thief that misbehave.
//!
//! One [`World`] is one session of one seed. It asserts the rotation's eight invariants at every step ([`Broken`]) and
//! ends as an [`Ending`]. [`run`] does millions of them on all cores; [`shrink()`] makes a failing one small.

pub mod bench;
mod dice;
pub mod explore;
pub mod plot;
pub mod policy;
mod queue;
pub mod report;
mod run;
pub mod scenario;
mod shrink;
pub mod study;
pub mod upstream;
mod world;

pub use dice::{Dice, Draw};
pub use run::{Progress, Row, run};
pub use shrink::shrink;
pub use world::{Broken, Ending, Faults, Loot, Options, World};
