//! The whole-fleet simulation is a program of its own; it wants an optimised build.

use super::cmd::{self, cargo};
use anyhow::Result;
use std::ffi::OsString;

/// Hands the arguments to the simulation.
pub(crate) fn run(args: Vec<OsString>) -> Result<()> {
    let mut cargo = cargo(["run", "--quiet", "--release", "--package", "strongroom-sim", "--"]);
    cmd::run(cargo.args(args))
}
