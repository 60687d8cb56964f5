//! `cargo xtask fuzz`: every target of the fuzz crate, and the comparison with jose, share the time. New inputs stay in
//! `fuzz/corpus`, so that each run goes on where the last one ended.

use super::cmd::{self, cargo, command, step};
use super::{package, paths, provision};
use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// The comparison with jose, which is no target of the crate.
const DIFFERENTIAL: &str = "differential";

/// What was asked for.
pub(crate) struct Options {
    seconds: u64,
    targets: Vec<String>,
}

impl Options {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Options> {
        let mut options = Options { seconds: 60, targets: Vec::new() };
        while let Some(argument) = args.next()? {
            match argument {
                Long("seconds") => options.seconds = args.value()?.parse()?,
                Value(name) => options.targets.push(name.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// What one target did.
#[derive(Default)]
struct Outcome {
    runs: String,
    coverage: String,
    failed: bool,
}

pub(crate) fn run(options: Options) -> Result<()> {
    provision::cargo_fuzz()?;
    let targets = chosen(options.targets)?;
    let crate_targets: Vec<&String> = targets.iter().filter(|name| *name != DIFFERENTIAL).collect();
    if !crate_targets.is_empty() {
        step("fuzz targets", || cmd::run(&mut fuzz("build")))?;
    }
    if targets.iter().any(|name| name == DIFFERENTIAL) {
        package::build()?;
    }
    let share = (options.seconds / targets.len() as u64).max(1);
    let mut outcomes = Vec::new();
    for target in &targets {
        eprintln!("• {target}, {share} s …");
        let outcome = if target == DIFFERENTIAL { differential(share)? } else { one(target, share)? };
        outcomes.push((target, outcome));
    }
    println!("{:<16} {:>12} {:>10}  outcome", "target", "runs", "edges");
    for (target, Outcome { runs, coverage, failed }) in &outcomes {
        let verdict = if *failed { "FAILED" } else { "no crash" };
        println!("{target:<16} {runs:>12} {coverage:>10}  {verdict}");
    }
    if outcomes.iter().any(|(_, outcome)| outcome.failed) {
        bail!("a target failed; what it failed with is above, and its input in fuzz/artifacts");
    }
    Ok(())
}

/// The targets that were named, or all of them.
fn chosen(named: Vec<String>) -> Result<Vec<String>> {
    let listed = cmd::read(&mut cargo(["fuzz", "list"]))?;
    let mut all: Vec<String> = listed.lines().map(str::to_owned).collect();
    all.push(DIFFERENTIAL.to_owned());
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!("there is no target `{unknown}`; there are: {}", all.join(", "));
    }
    Ok(if named.is_empty() { all } else { named })
}

/// `cargo fuzz <subcommand>`. The core forbids unsafe code, so a memory sanitizer has nothing to find and would halve the speed;
/// the coverage flags need what nightly and `RUSTC_BOOTSTRAP` allow.
fn fuzz(subcommand: &str) -> Command {
    let mut fuzz = cargo(["fuzz", subcommand, "--sanitizer", "none"]);
    // Its flags would make every other build start anew.
    fuzz.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", paths::target().join("fuzz"));
    fuzz
}

/// Runs one target; its pulse is shown, and all it says if it fails.
fn one(target: &str, seconds: u64) -> Result<Outcome> {
    let corpus = paths::root().join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let mut fuzz = fuzz("run");
    fuzz.arg(target).arg(&corpus);
    let seeds = paths::root().join("fuzz/seeds").join(target);
    if seeds.is_dir() {
        fuzz.arg(seeds);
    }
    fuzz.args(["--", "-timeout=25", "-rss_limit_mb=2048", "-print_final_stats=1", "-dict=fuzz/jose.dict"]);
    fuzz.arg(format!("-max_total_time={seconds}"));
    let mut child =
        fuzz.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot start cargo fuzz")?;
    let mut said = Vec::new();
    let mut outcome = Outcome::default();
    for line in BufReader::new(child.stderr.take().context("no output")?).lines() {
        let line = line?;
        if let Some(runs) = line.strip_prefix("stat::number_of_executed_units:") {
            outcome.runs = runs.trim().to_owned();
        }
        if let Some((_, rest)) = line.split_once(" cov: ") {
            outcome.coverage = rest.split(' ').next().unwrap_or_default().to_owned();
        }
        if line.contains("\tpulse ") {
            eprintln!("  {}", line.replace('\t', " "));
        }
        said.push(line);
    }
    outcome.failed = !child.wait()?.success();
    if outcome.failed {
        // The trace and where the input was saved come last.
        eprintln!("{}", said[said.len().saturating_sub(60)..].join("\n"));
    }
    Ok(outcome)
}

/// Mutated tokens to both libraries: see `tests/differential/run.mjs`.
fn differential(seconds: u64) -> Result<Outcome> {
    let seconds = seconds.to_string();
    let mut node = command("node", ["tests/differential/run.mjs", "--seconds", &seconds]);
    let output = node.stderr(Stdio::inherit()).output().with_context(|| cmd::cannot_start(&node))?;
    let said = String::from_utf8_lossy(&output.stdout);
    eprint!("{said}");
    let made = said.lines().find_map(|line| line.split_once(" mutated tokens")).map(|(made, _)| made);
    Ok(Outcome {
        runs: made.unwrap_or_default().to_owned(),
        coverage: "–".to_owned(),
        failed: !output.status.success(),
    })
}
