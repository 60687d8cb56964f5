//! Sizes of everything that ships, against their budgets.

use super::cmd::{self, node};
use super::package;
use anyhow::Result;

/// Builds, then prints the table; fails when a budget is exceeded.
pub(crate) fn run() -> Result<()> {
    package::build()?;
    cmd::run(&mut node("bench/size.mjs", [""; 0]))
}
