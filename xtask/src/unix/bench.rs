//! `cargo xtask bench <name>`: the comparisons in `bench/<name>/main.mjs`. Each measures us and others in one run.

use super::cmd::{self, node};
use super::{package, paths, vectors};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// What was asked for: a comparison, and what it is to be told.
pub(crate) struct Options {
    name: String,
    args: Vec<OsString>,
}

impl Options {
    /// The first argument is the name, all that follow are the comparison's own.
    pub(crate) fn parse(args: Vec<OsString>) -> Result<Options> {
        let names = names(&paths::root().join("bench"))?;
        let mut args = args.into_iter();
        let name = args.next().unwrap_or_default().to_string_lossy().into_owned();
        if !names.contains(&name) {
            bail!("there is no bench `{name}`; there are: {}", names.join(", "));
        }
        Ok(Options { name, args: args.collect() })
    }
}

/// Builds the package, then runs the comparison.
pub(crate) fn run(options: Options) -> Result<()> {
    package::build()?;
    let mut comparison = node(&format!("bench/{}/main.mjs", options.name), options.args);
    if options.name == "verify" {
        // The plain crates in wasm are in it.
        comparison.env("STRONGROOM_VECTORS", vectors::build()?);
    }
    cmd::run(&mut comparison)
}

/// Every folder that holds a comparison.
fn names(bench: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(bench).with_context(|| bench.display().to_string())? {
        let entry = entry?;
        if entry.path().join("main.mjs").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_told_in_one_line_with_those_that_there_are() {
        let Err(error) = Options::parse(vec!["nonsense".into()]) else { panic!("accepted") };
        let text = error.to_string();
        assert!(text.starts_with("there is no bench `nonsense`; there are: "), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
}
