//! Where things are. Everything generated lies under Cargo's target folder or in a folder that git ignores.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The repository's top folder: of the clone that runs us, since clones may share a target folder and with it our program.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&own).parent().unwrap_or(Path::new(".")).to_owned()
    });
    &ROOT
}

/// Cargo's target folder, wherever the environment puts it: absolute, since not everything we run starts at the top.
pub(crate) fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Working files of the demo. Inside the repository, so that Node finds the workspace's packages above it.
pub(crate) fn demo() -> PathBuf {
    root().join("target/demo")
}

/// The npm package's folder.
pub(crate) fn package() -> PathBuf {
    root().join("pkg")
}
