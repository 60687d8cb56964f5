//! The primitives as a wasm module of their own, and the test vectors that run on it.

use super::cmd::{self, step};
use super::{artifact, paths, provision};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// Runs the vectors under Node.
pub(crate) fn run() -> Result<()> {
    cmd::run(cmd::node_tests(["tests/vectors/"]).env("STRONGROOM_VECTORS", build()?))
}

/// Builds the module beside the artifacts; gives the folder that it is in.
pub(crate) fn build() -> Result<PathBuf> {
    let wasm = provision::wasm_target()?;
    let folder = paths::target().join("vectors");
    step("wasm module of the primitives", || {
        let mut cargo = wasm.command("build");
        cargo.args(["--quiet", "--package", "strongroom-vectors", "--profile", "wasm-vectors"]);
        cargo.args(["--config", &artifact::rustflags(&[artifact::SIMD])?]);
        cmd::run(&mut cargo)?;
        let compiled = fs::read(wasm.target_dir().join("wasm-vectors/strongroom_vectors.wasm"))?;
        artifact::bind("vectors", compiled, &folder)
    })?;
    Ok(folder)
}
