//! The npm package: built from the artifacts and the TypeScript, packed as it would be published.

use super::cmd::{self, command, node, step};
use super::{artifact, paths, provision};
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::PathBuf;

/// Keeps other runs from writing into the package's folder for as long as the file is open.
pub(crate) fn lock() -> Result<File> {
    let folder = paths::root().join("target");
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("package.lock"))?;
    if lock.try_lock().is_err() {
        eprintln!("• waiting for another run, which builds the package");
        lock.lock()?;
    }
    Ok(lock)
}

/// Builds `pkg/wasm` and `pkg/dist`.
pub(crate) fn build() -> Result<()> {
    let _lock = lock()?;
    provision::npm()?;
    artifact::build_all()?;
    step("npm package", || cmd::run(&mut node("pkg/build.mjs", [""; 0])))
}

/// Packs the built package and gives the tarball's path. Whoever calls holds the lock until it has read the tarball.
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
