//! The wasm artifacts: compiled, bound, optimised. Each is one feature of the crate and lands in `pkg/wasm/<name>/`.

use super::cmd::{self, node, step};
use super::paths;
use super::provision::{self, WasmCargo};
use anyhow::{Context, Result, anyhow};
use std::path::{self, PathBuf};
use std::{env, fs};
use wasm_bindgen_cli_support::Bindgen;

/// One feature of the crate, compiled to one wasm file.
pub(crate) struct Artifact {
    pub(crate) name: &'static str,
    /// Of the crate.
    pub(crate) feature: &'static str,
    profile: &'static str,
    optimise: &'static str,
    /// For rustc.
    flags: &'static [&'static str],
}

pub(crate) const ARTIFACTS: [Artifact; 4] = [
    Artifact { name: "vault", feature: "vault", profile: "wasm-small", optimise: "-Oz", flags: &[] },
    Artifact { name: "edge", feature: "verify", profile: "wasm-edge", optimise: "-Os", flags: &[SIMD] },
    Artifact {
        name: "signatures",
        feature: "signatures",
        profile: "wasm-signatures",
        optimise: "-Os",
        flags: &[SIMD, SPARING],
    },
    Artifact { name: "session", feature: "session", profile: "wasm-fast", optimise: "-O3", flags: &[] },
];

/// For the verifier: a token of 2 KiB with HS256 takes a quarter less time than with SHA-2 in loops, and the module is no larger; rounds
/// that are unrolled would be a tenth of it.
pub(crate) const SIMD: &str = "-Ctarget-feature=+simd128";

/// Functions inlined sparingly: a verification takes as long, and the module is 4 KiB of gzip smaller.
const SPARING: &str = "-Cllvm-args=-inline-threshold=50";

/// What rustc's wasm target uses, and SIMD, which every supported engine has.
const WASM_FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
];

/// Builds all artifacts; what has not changed is left alone.
pub(crate) fn build_all() -> Result<()> {
    let wasm = provision::wasm_target()?;
    for artifact in &ARTIFACTS {
        step(&format!("wasm artifact `{}`", artifact.name), || build(&wasm, artifact))?;
    }
    Ok(())
}

fn build(wasm: &WasmCargo, artifact: &Artifact) -> Result<()> {
    let name = artifact.name;
    let features = format!("{},wasm", artifact.feature);
    // As a cdylib alone: beside an rlib cargo leaves out link-time optimisation, whatever the profile says.
    let mut cargo = wasm.command("rustc");
    cargo.args(["--quiet", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--no-default-features", "--features", &features]);
    cargo.args(["--profile", artifact.profile]);
    cargo.args(["--config", &rustflags(artifact.flags)?]);
    cmd::run(&mut cargo)?;
    let compiled = fs::read(wasm.target_dir().join(artifact.profile).join("strongroom.wasm"))?;

    let out = paths::package().join("wasm").join(name);
    let stamp = paths::target().join("wasm-stamps").join(name);
    let optimised = out.join(format!("{name}_bg.wasm"));
    if optimised.exists() && fs::read(&stamp).is_ok_and(|last| last == compiled) {
        return Ok(());
    }
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    bind(name, compiled.clone(), &out)?;
    let mut wasm_opt = node("node_modules/binaryen/bin/wasm-opt", [artifact.optimise]);
    wasm_opt.args(WASM_FEATURES).arg("--strip-producers").arg(&optimised).arg("-o").arg(&optimised);
    cmd::run_quiet(&mut wasm_opt)?;
    fs::create_dir_all(paths::target().join("wasm-stamps"))?;
    Ok(fs::write(stamp, compiled)?)
}

/// Flags for rustc, as cargo's configuration. What a module says of its sources' places is the same wherever it is built.
pub(crate) fn rustflags(flags: &[&str]) -> Result<String> {
    let home = env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("there is no home folder")?;
    let crates = path::absolute(home)?.join("registry/src").display().to_string();
    let flags = flags.iter().map(|flag| format!("{flag:?}, ")).collect::<String>();
    Ok(format!(
        "target.wasm32-unknown-unknown.rustflags=[{flags}{:?}]",
        format!("--remap-path-prefix={crates}=crates")
    ))
}

/// Makes the JavaScript side of a compiled module, and the module that fits it, in `out`.
pub(crate) fn bind(name: &str, compiled: Vec<u8>, out: &std::path::Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, compiled).out_name(name).typescript(true).omit_default_module_path(true);
    let generated = bindgen.bundler(true).and_then(|bindgen| bindgen.generate(out));
    generated.map_err(|error| anyhow!("{error:#}")).with_context(|| format!("wasm-bindgen on `{name}`"))
}
