//! The test run, in three tiers.

use super::cmd::{self, cargo, step, which};
use super::stack;
use super::{check, demo, package, provision, simulate, vectors};
use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::process::Command;
use std::time::Instant;

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Quick,
    Default,
    All,
    /// In no run: only when asked for by name.
    Asked,
}

/// One part of the run.
struct Suite {
    name: &'static str,
    /// The smallest tier it belongs to.
    from: Tier,
    run: fn(Tier) -> Result<()>,
}

const SUITES: [Suite; 29] = [
    Suite { name: "native", from: Tier::Quick, run: native },
    Suite { name: "structure", from: Tier::Default, run: structure },
    Suite { name: "packaging", from: Tier::Quick, run: |_| node_suite("packaging") },
    Suite { name: "engines", from: Tier::Default, run: |_| in_engines("engines") },
    Suite { name: "fetch-semantics", from: Tier::All, run: |_| in_engines("fetch") },
    Suite { name: "runtimes", from: Tier::Quick, run: runtimes },
    Suite { name: "weaknesses", from: Tier::Quick, run: |_| node_suite("weaknesses") },
    Suite { name: "keys", from: Tier::Default, run: |_| node_suite("keys") },
    Suite { name: "middleware", from: Tier::Default, run: |_| node_suite("middleware") },
    Suite { name: "vectors", from: Tier::Default, run: |_| vectors::run() },
    Suite { name: "differential", from: Tier::Default, run: |_| node_suite("differential") },
    Suite { name: "crosscheck", from: Tier::Default, run: |_| crosscheck() },
    Suite { name: "keyserver", from: Tier::All, run: |_| node_suite("keyserver") },
    Suite { name: "simulation", from: Tier::Default, run: simulation },
    Suite { name: "session", from: Tier::Quick, run: |_| node_suite("session") },
    Suite { name: "endpoints", from: Tier::Default, run: |_| node_suite("endpoints") },
    Suite { name: "issuer", from: Tier::Default, run: |_| issuer() },
    Suite { name: "oidc-sample", from: Tier::Default, run: oidc_sample },
    Suite { name: "oidc", from: Tier::All, run: |_| oidc() },
    Suite { name: "store-conformance", from: Tier::Default, run: store_conformance },
    Suite { name: "stores", from: Tier::All, run: |_| stores() },
    Suite { name: "vault-simulation", from: Tier::All, run: |_| vault_simulation() },
    Suite { name: "browser", from: Tier::Default, run: |_| node_suite("browser") },
    Suite { name: "sockets", from: Tier::Default, run: sockets },
    Suite { name: "redteam", from: Tier::Default, run: redteam },
    Suite { name: "tabs-sample", from: Tier::Default, run: tabs_sample },
    Suite { name: "tabs", from: Tier::All, run: |_| tabs() },
    Suite { name: "demo", from: Tier::Default, run: |_| demo() },
    Suite { name: "verifier", from: Tier::Asked, run: |_| verifier() },
];

/// The suites' names, in the order in which they run.
pub(crate) fn names() -> Vec<&'static str> {
    SUITES.iter().map(|suite| suite.name).collect()
}

/// What was asked for: a tier, or suites by name.
pub(crate) struct Options {
    tier: Tier,
    suites: Vec<String>,
}

impl Options {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Options> {
        let mut options = Options { tier: Tier::Default, suites: Vec::new() };
        while let Some(argument) = args.next()? {
            match argument {
                Long("quick") => options.tier = Tier::Quick,
                Long("all") => options.tier = Tier::All,
                Value(name) => options.suites.push(name.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        for name in &options.suites {
            if !names().contains(&name.as_str()) {
                bail!("there is no suite `{name}`; there are: {}", names().join(", "));
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(options: Options) -> Result<()> {
    let start = Instant::now();
    package::build()?;
    let (mut passed, mut failed) = (0, Vec::new());
    for suite in &SUITES {
        let asked = options.suites.iter().any(|name| name == suite.name);
        if asked || (options.suites.is_empty() && options.tier >= suite.from) {
            match step(&format!("suite `{}`", suite.name), || (suite.run)(options.tier)) {
                Ok(()) => passed += 1,
                // The others are run all the same: one run tells everything.
                Err(error) => {
                    eprintln!("✗ {error:#}");
                    failed.push(suite.name);
                }
            }
        }
    }
    println!("suites: {passed} passed, {} failed", failed.len());
    eprintln!("  in {:.0} s", start.elapsed().as_secs_f64());
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn native(tier: Tier) -> Result<()> {
    let workspace = ["--quiet", "--workspace"];
    if which("cargo-nextest").is_some() {
        cmd::run(cargo(["nextest", "run"]).args(&workspace[1..]).arg("--no-fail-fast"))?;
    } else {
        cmd::run(cargo(["test", "--lib", "--bins", "--tests"]).args(workspace))?;
    }
    if tier > Tier::Quick {
        cmd::run(cargo(["test", "--doc"]).args(workspace))?;
    }
    Ok(())
}

/// The vault's machine in more simulated weathers than the native suite has time for.
fn vault_simulation() -> Result<()> {
    let machine =
        ["test", "--quiet", "--release", "--no-default-features", "--features", "vault", "--test", "vault"];
    cmd::run(cargo(machine).arg("simulation").env("STRONGROOM_SEEDS", "100000"))
}

fn structure(tier: Tier) -> Result<()> {
    check::style()?;
    check::features()?;
    check::package_lint()?;
    if tier == Tier::All { check::dependencies() } else { Ok(()) }
}

fn node_suite(name: &str) -> Result<()> {
    cmd::run(&mut cmd::node_tests([format!("tests/{name}/")]))
}

/// A suite that needs all three browser engines.
fn in_engines(name: &str) -> Result<()> {
    provision::chromium()?;
    provision::firefox()?;
    provision::webkit()?;
    node_suite(name)
}

/// Attacks on the vault, in all engines: a sample, or all of them.
fn redteam(tier: Tier) -> Result<()> {
    provision::chromium()?;
    provision::firefox()?;
    provision::webkit()?;
    let mut tests = cmd::node_tests(["tests/redteam/"]);
    cmd::run(tests.env("STRONGROOM_ALL", if tier == Tier::All { "1" } else { "" }))
}

/// The vault's sockets, events and uploads in one engine; `fetch-semantics` has them in all.
fn sockets(tier: Tier) -> Result<()> {
    if tier == Tier::All {
        return Ok(());
    }
    provision::chromium()?;
    let files = ["sockets", "events", "uploads"].map(|name| format!("tests/fetch/{name}.test.mjs"));
    cmd::run(cmd::node_tests(files).env("STRONGROOM_ENGINES", "chromium"))
}

/// The verifier's suite wherever it must run. The loop leaves out the browsers: they take most of the time.
fn runtimes(tier: Tier) -> Result<()> {
    if tier > Tier::Quick {
        return in_engines("runtimes");
    }
    let without_browsers = ["node", "memory", "workerd", "scripts", "light"];
    cmd::run(&mut cmd::node_tests(without_browsers.map(|name| format!("tests/runtimes/{name}.test.mjs"))))
}

/// All that tells whether the verifier verifies: natively, the vectors on every engine, and on all eight runtimes, each with its
/// count.
fn verifier() -> Result<()> {
    let native =
        ["test", "--quiet", "--no-default-features", "--features", "edge", "--lib", "--test", "verify"];
    cmd::run(&mut cargo(native))?;
    vectors::run()?;
    in_engines("runtimes")
}

/// Other libraries' tokens here, and ours there.
fn crosscheck() -> Result<()> {
    provision::golang_jwt()?;
    let mut tests = cmd::node_tests(["tests/crosscheck/"]);
    cmd::run(tests.env("STRONGROOM_PYTHON", provision::pyjwt()?))
}

/// The endpoints against a real OpenID provider, also one whose answers a proxy changes; 10,000 refreshes of one session.
fn oidc() -> Result<()> {
    let mut tests = cmd::node_tests(["tests/oidc/"]);
    cmd::run(tests.env("CHROMIUM", provision::chromium()?).env("STRONGROOM_ALL", "1"))
}

/// The same with fewer refreshes.
fn oidc_sample(tier: Tier) -> Result<()> {
    if tier == Tier::All {
        return Ok(());
    }
    // Most of it waits most of the time.
    let mut tests = cmd::node_tests(["--test-concurrency=3", "tests/oidc/"]);
    cmd::run(tests.env("CHROMIUM", provision::chromium()?))
}

/// Every session store against the conformance kit, on real databases; `stores` does that and more.
fn store_conformance(tier: Tier) -> Result<()> {
    if tier == Tier::All {
        return Ok(());
    }
    let databases = ["kit", "memory", "sqlite", "redis", "postgres", "workerd"];
    let files = databases.map(|name| format!("tests/stores/{name}.test.mjs"));
    cmd::run(store_tests(files)?.env("STRONGROOM_ROUNDS", "2"))
}

/// The same with all rounds of every race; and databases that are killed, and that forget.
fn stores() -> Result<()> {
    cmd::run(&mut store_tests(["tests/stores/".to_owned()])?)
}

/// Most of them wait most of the time, so that several run at once.
fn store_tests(files: impl IntoIterator<Item = String>) -> Result<Command> {
    let mut tests = cmd::node_tests(["--test-concurrency=3".to_owned()].into_iter().chain(files));
    tests.env("REDIS_SERVER", provision::redis()?).env("POSTGRES", provision::postgres()?);
    Ok(tests)
}

/// Whole fleets by chance, then small ones exhaustively: both want an optimised build.
fn simulation(tier: Tier) -> Result<()> {
    let seeds = if tier == Tier::All { "20000" } else { "2000" };
    simulate::run(vec!["--seeds".into(), seeds.into()])?;
    let exploration =
        ["test", "--quiet", "--release", "--package", "strongroom-sim", "--test", "exploration"];
    cmd::run(cargo(exploration).args(["--", "--nocapture"]))?;
    let upstream = ["test", "--quiet", "--release", "--package", "strongroom-sim", "--test", "upstream"];
    let seeds = if tier == Tier::All { "1000" } else { "60" };
    cmd::run(cargo(upstream).args(["--", "--nocapture"]).env("STRONGROOM_SEEDS", seeds))
}

/// Many tabs on one cookie jar behind a bad network.
fn tabs() -> Result<()> {
    provision::chromium()?;
    provision::firefox()?;
    node_suite("tabs")
}

/// A few of them for a short while.
fn tabs_sample(tier: Tier) -> Result<()> {
    if tier == Tier::All {
        return Ok(());
    }
    provision::chromium()?;
    cmd::run(cmd::node_tests(["tests/tabs/"]).env("STRONGROOM_TABS", "sample"))
}

/// Issuer mode by script, in workerd and over real databases, and its example in a browser.
fn issuer() -> Result<()> {
    provision::chromium()?;
    cmd::run(&mut store_tests(["tests/issuer/".to_owned()])?)
}

fn demo() -> Result<()> {
    cmd::run(cmd::node_tests(["tests/demo/leaks.test.mjs"]).env("CHROMIUM", provision::chromium()?))?;
    let stop = demo::on_signal()?;
    demo::check_built(&stack::build_site()?, &stop)
}
