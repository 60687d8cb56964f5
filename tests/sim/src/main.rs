//! `strongroom-sim`: runs the scenarios, prints the table, and fails if a row does not show what it must.
#![allow(clippy::print_stdout, reason = "the table is what the program is for")]

use core::sync::atomic::{AtomicU64, Ordering};
use std::process::ExitCode;
use std::time::Instant;
use strongroom::session::{KeyRingError, Rule, Timing};
use strongroom_sim::policy::{CurrentOrPrevious, ForkWindow, OneBehind, Policy, Shipped, Strict};
use strongroom_sim::scenario::{Expect, Scenario, catalogue};
use strongroom_sim::{Row, report, run, shrink};

const USAGE: &str = "strongroom-sim [--seeds N] [--seed S] [--scenario NAME] [--json FILE] [--study DIR] [--bench]

  --seeds N        sessions of each scenario (default 2000); at most 100000 of those that are only reported, and
                   30000 of the baselines
  --seed S         one session of one scenario: prints its timeline
  --scenario NAME  this scenario only
  --json FILE      writes the rows
  --study DIR      instead: moves each constant, writes rotation-*.json and rotation-*.svg there
  --bench          instead: measures one decision";

#[derive(Default)]
struct Arguments {
    seeds: Option<u64>,
    seed: Option<u64>,
    scenario: Option<String>,
    json: Option<String>,
    study: Option<String>,
    bench: bool,
}

fn main() -> ExitCode {
    if std::env::args().any(|word| word == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match simulate(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is not a number"));
        match word.as_str() {
            "--seeds" => arguments.seeds = Some(number(value()?)?),
            "--seed" => arguments.seed = Some(number(value()?)?),
            "--scenario" => arguments.scenario = Some(value()?),
            "--json" => arguments.json = Some(value()?),
            "--bench" => arguments.bench = true,
            "--study" => arguments.study = Some(value()?),
            _ => return Err(format!("{word} is not known")),
        }
    }
    Ok(arguments)
}

fn simulate(arguments: &Arguments) -> Result<bool, String> {
    if arguments.bench {
        for measured in strongroom_sim::bench::measure().map_err(|error| error.to_string())? {
            println!("{:<40} {:>8.0} ns", measured.name, measured.nanos);
        }
        return Ok(true);
    }
    if let Some(directory) = &arguments.study {
        return study(directory, arguments.seeds.unwrap_or(2_000)).map(|()| true);
    }
    let wanted = |scenario: &Scenario| arguments.scenario.as_deref().is_none_or(|name| name == scenario.name);
    let scenarios: Vec<_> = catalogue().into_iter().filter(|(scenario, _)| wanted(scenario)).collect();
    if scenarios.is_empty() {
        let names: Vec<_> = catalogue().iter().map(|(scenario, _)| scenario.name).collect();
        return Err(format!("no such scenario; there are {}", names.join(", ")));
    }
    let shipped = Shipped::new(Timing::DEFAULT).map_err(|error| error.to_string())?;
    if let Some(seed) = arguments.seed {
        scenarios.iter().for_each(|(scenario, _)| timeline(&shipped, scenario, seed));
        return Ok(true);
    }

    let seeds = arguments.seeds.unwrap_or(2_000);
    let mut rows = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    println!("{:<18} {:<22} {:>9} {:>11}", "scenario", "policy", "sessions", "log-outs");
    for (scenario, expect) in &scenarios {
        let seeds = if *expect == Expect::Report { seeds.min(100_000) } else { seeds };
        let row = watched(&shipped, "two generations", scenario, seeds, true);
        println!("{}", row.line());
        let (met, text) = row.meets(*expect);
        if *expect != Expect::Report || !met {
            println!("  {} {}: {text}", if met { "ok    " } else { "FAILED" }, scenario.name);
            if met { passed += 1 } else { failed += 1 }
        }
        if !met {
            explain(&shipped, scenario, &row);
        }
        rows.push(row);
    }
    if arguments.scenario.is_none() {
        rows.extend(baselines(seeds.min(30_000)).map_err(|error| error.to_string())?);
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, report::json(&rows)).map_err(|error| format!("{path}: {error}"))?;
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// The design's table: what others do, in the scenarios of its columns.
fn baselines(seeds: u64) -> Result<Vec<Row>, KeyRingError> {
    let partial =
        [Rule::Closing, Rule::Siblings, Rule::KnownParent, Rule::StaleParent, Rule::Ahead, Rule::Late];
    let partial = Shipped::new(Timing::DEFAULT)?.without(&partial);
    let names =
        ["aligned", "no-timeout", "late-aligned", "late-busy", "lockstep", "lockstep-alone", "waiting"];
    let mut rows = Vec::new();
    for (scenario, _) in catalogue().iter().filter(|(scenario, _)| names.contains(&scenario.name)) {
        rows.push(watched(&Strict, "strict", scenario, seeds, false));
        rows.push(watched(&ForkWindow, "60-s fork window", scenario, seeds, false));
        rows.push(watched(&OneBehind, "one behind", scenario, seeds, false));
        rows.push(watched(&CurrentOrPrevious, "current or previous", scenario, seeds, false));
        rows.push(watched(&partial, "rules 1 2 4-7 10 13", scenario, seeds, false));
        rows.iter().rev().take(5).rev().for_each(|row| println!("{}", row.line()));
    }
    Ok(rows)
}

fn study(directory: &str, seeds: u64) -> Result<(), String> {
    for study in strongroom_sim::study::studies(seeds).map_err(|error| error.to_string())? {
        let path = |ending: &str| format!("{directory}/rotation-{}.{ending}", study.name);
        let write = |path: String, text: String| {
            std::fs::write(&path, text).map_err(|error| format!("{path}: {error}"))
        };
        write(path("json"), report::json(&study.rows))?;
        write(path("svg"), study.chart.svg())?;
    }
    Ok(())
}

/// Runs with progress on the standard error.
fn watched<P: Policy>(policy: &P, name: &str, scenario: &Scenario, seeds: u64, assert: bool) -> Row {
    let (started, shown) = (Instant::now(), AtomicU64::new(0));
    let progress = |done: u64| {
        let second = started.elapsed().as_secs();
        if second > shown.fetch_max(second, Ordering::Relaxed) {
            let rate = done / second.max(1);
            eprint!("\r{:<18} {name:<22} {done:>9} of {seeds}, {rate} sessions/s   ", scenario.name);
        }
    };
    let mut row = run(policy, scenario, 0..seeds, assert, &progress);
    if shown.load(Ordering::Relaxed) > 0 {
        eprintln!();
    }
    row.policy = name.to_owned();
    row
}

/// Prints one session.
fn timeline(policy: &Shipped, scenario: &Scenario, seed: u64) {
    let options = strongroom_sim::Options { assert: true, trace: true, ..Default::default() };
    let ending = strongroom_sim::World::new(policy, scenario).run(seed, options);
    println!("{}, seed {seed}: {}", scenario.name, scenario.about);
    ending.timeline.iter().for_each(|line| println!("{line}"));
    println!("log-out {:?}, broken {:?}, thief {:?}", ending.logout, ending.broken, ending.loot);
}

/// Shrinks the first failing seed and prints what is left.
fn explain(policy: &Shipped, scenario: &Scenario, row: &Row) {
    let Some(seed) = row.broken_seed.map(|(seed, _)| seed).or(row.logout_seed) else { return };
    let broken = row.broken_seed.map(|(_, broken)| broken);
    let (small, ending) = shrink(policy, scenario, seed, |ending| match broken {
        Some(broken) => ending.broken.is_some_and(|(_, other)| other == broken),
        None => ending.logout.is_some(),
    });
    println!(
        "  seed {seed}, shrunk to {} tabs and {} faults (replay: --scenario {} --seed {seed}):",
        small.tabs,
        ending.faults.len(),
        scenario.name
    );
    let skip = ending.timeline.len().saturating_sub(60);
    ending.timeline.iter().skip(skip).for_each(|line| println!("    {line}"));
}
