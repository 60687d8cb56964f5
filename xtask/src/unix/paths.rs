//! Where things are. Everything generated lies under Cargo's target folder or in a folder that git ignores.

use std::path::{Path, PathBuf};

/// The repository's top folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Cargo's target folder, wherever the environment puts it.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Working files of the demo. Inside the repository, so that Node finds the workspace's packages above it.
pub(crate) fn demo() -> PathBuf {
    root().join("target/demo")
}

/// The npm package's folder.
pub(crate) fn package() -> PathBuf {
    root().join("pkg")
}
