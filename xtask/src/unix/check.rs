//! What is wrong without running anything: format, lints, types, package shape, dependencies.

use super::cmd::{self, cargo, command, node, step};
use super::provision::WasmCargo;
use super::{artifact, package, provision};
use anyhow::Result;

/// Features that are in no wasm artifact.
const NATIVE_ONLY: [&str; 3] = ["edge", "tower", "endpoints"];

/// Everything.
pub(crate) fn run() -> Result<()> {
    package::build()?;
    style()?;
    features()?;
    package_lint()?;
    dependencies()
}

/// Format and lints of Rust and TypeScript.
pub(crate) fn style() -> Result<()> {
    step("rustfmt", || cmd::run(&mut cargo(["fmt", "--all", "--check"])))?;
    step("clippy", || {
        let mut clippy = cargo(["clippy", "--quiet", "--workspace", "--all-targets"]);
        cmd::run(clippy.args(["--", "--deny", "warnings"]))
    })?;
    step("prettier", || {
        let globs = [
            "pkg/**/*.{ts,mjs,json}",
            "www/**/*.{ts,mjs,css,html}",
            "tests/**/*.mjs",
            "bench/**/*.mjs",
            "examples/**/*.{mjs,js,css,html}",
        ];
        let mut prettier = node("node_modules/prettier/bin/prettier.cjs", ["--check", "--log-level", "warn"]);
        cmd::run(prettier.args(globs))
    })
}

/// Each feature builds alone, natively and for wasm, without a warning.
pub(crate) fn features() -> Result<()> {
    let wasm = provision::wasm_target()?;
    let own_clippy = matches!(wasm, WasmCargo::Own);
    let alone = ["--quiet", "--lib", "--no-default-features", "--features"];
    let deny = ["--", "--deny", "warnings"];
    for artifact in &artifact::ARTIFACTS {
        let name = artifact.feature;
        step(&format!("feature `{name}` alone"), || {
            cmd::run(cargo(["clippy"]).args(alone).arg(name).args(deny))?;
            let mut bound = wasm.command(if own_clippy { "clippy" } else { "check" });
            bound.args(alone).arg(format!("{name},wasm"));
            cmd::run(if own_clippy { bound.args(deny) } else { &mut bound })
        })?;
    }
    for name in NATIVE_ONLY {
        step(&format!("feature `{name}` alone"), || {
            cmd::run(cargo(["clippy"]).args(alone).arg(name).args(deny))
        })?;
    }
    Ok(())
}

/// The packed package, the way each kind of user resolves it.
pub(crate) fn package_lint() -> Result<()> {
    let _lock = package::lock()?;
    let tarball = package::pack()?;
    step("publint", || cmd::run_quiet(node("node_modules/publint/src/cli.js", ["--strict"]).arg(&tarball)))?;
    step("are the types wrong", || {
        // ESM only, and no support for resolvers that do not know `exports`.
        let args = ["--profile", "esm-only", "--no-emoji"];
        cmd::run_quiet(node("node_modules/@arethetypeswrong/cli/dist/index.js", args).arg(&tarball))
    })?;
    step("the demo against the package's types", || {
        cmd::run(&mut node("node_modules/typescript/bin/tsc", ["--project", "www"]))
    })
}

/// Licences, sources and bans always; advisories where their database can be had.
pub(crate) fn dependencies() -> Result<()> {
    provision::cargo_deny()?;
    step("cargo deny", || {
        cmd::run_quiet(&mut command("cargo", ["deny", "--workspace", "check", "bans", "licenses", "sources"]))
    })?;
    // The advisory database is not reachable from everywhere, so its verdict is told, not enforced.
    let mut advisories = command("cargo", ["deny", "--workspace", "check", "advisories"]);
    let clean = advisories.output().is_ok_and(|output| output.status.success());
    eprintln!(
        "  advisories: {}",
        if clean { "clean" } else { "not clean, or not reachable: run `cargo deny check advisories`" }
    );
    Ok(())
}
