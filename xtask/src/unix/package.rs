//! The npm package: built from the artifacts and the TypeScript, packed as it would be published.

use super::cmd::{self, command, node, step};
use super::{artifact, paths, provision};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Builds `pkg/wasm` and `pkg/dist`.
pub(crate) fn build() -> Result<()> {
    provision::npm()?;
    artifact::build_all()?;
    step("npm package", || cmd::run(&mut node("pkg/build.mjs", [""; 0])))
}

/// Packs the built package and gives the tarball's path.
pub(crate) fn pack() -> Result<PathBuf> {
    let (root, package) = (paths::root(), paths::package());
    let shared = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];
    for file in shared {
        fs::copy(root.join(file), package.join(file)).with_context(|| file.to_owned())?;
    }
    let folder = paths::target().join("pack");
    fs::create_dir_all(&folder)?;
    let mut npm = command("npm", ["pack", "--silent", "--pack-destination"]);
    let packed = cmd::read(npm.arg(&folder).current_dir(&package));
    for file in shared {
        fs::remove_file(package.join(file))?;
    }
    let name = packed?;
    Ok(folder.join(name.lines().last().context("npm pack printed no file name")?))
}
