//! `cargo xtask demo`: the product's main job on real parts, for a person to open or, with `--check`, by itself.

use super::cmd::{self, command, step};
use super::provision;
use super::stack::{self, Ports, Settings, Site, Stack};
use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use serde_json::json;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What was asked for.
#[derive(Default)]
pub(crate) struct Options {
    check: bool,
    open: bool,
    port: Option<u16>,
}

impl Options {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Options> {
        let mut options = Options::default();
        while let Some(argument) = args.next()? {
            match argument {
                Long("check") => options.check = true,
                Long("open") => options.open = true,
                Long("port") => options.port = Some(args.value()?.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(options: Options) -> Result<()> {
    let stop = on_signal()?;
    if options.check {
        return check(options.port, &stop);
    }
    // An occupied port is told before the long build, not after it.
    let ports = Ports::from(options.port.unwrap_or(8443))?;
    let browser = if options.open { Some(provision::chromium()?) } else { None };
    let site = stack::build_site()?;
    let settings = Settings { ports, access_token_seconds: 90, timing: None };
    let mut stack = step("stack", || Stack::start(&site, &settings))?;
    announce(&stack);
    let mut browser = match browser {
        Some(program) => Some(open(&program, &stack)?),
        None => None,
    };
    let ended = loop {
        match stop.recv_timeout(Duration::from_millis(300)) {
            Err(RecvTimeoutError::Timeout) => {
                if let Err(ended) = stack.check_alive() {
                    break Err(ended);
                }
            }
            _ => break Ok(()),
        }
    };
    eprintln!("• stopping");
    if let Some(browser) = &mut browser {
        stack::end_group(browser);
    }
    drop(stack);
    eprintln!("✓ stopped");
    ended
}

/// Starts a stack, drives a browser through it, stops it.
fn check(port: Option<u16>, stop: &Receiver<()>) -> Result<()> {
    let ports = port.map_or_else(Ports::free, Ports::from)?;
    let chromium = provision::chromium()?;
    let started = Instant::now();
    let site = stack::build_site()?;
    check_in(&site, ports, &chromium, started, stop)
}

/// The check against an already built site.
pub(crate) fn check_built(site: &Site, stop: &Receiver<()>) -> Result<()> {
    check_in(site, Ports::free()?, &provision::chromium()?, Instant::now(), stop)
}

fn check_in(site: &Site, ports: Ports, chromium: &Path, started: Instant, stop: &Receiver<()>) -> Result<()> {
    // Windows short enough that tokens expire and handles rotate within the check.
    let timing = json!({ "timeout": 1500, "overlap": 3000, "rest": 3000, "late": 8000 });
    let settings = Settings { ports, access_token_seconds: 10, timing: Some(timing) };
    let mut stack = Stack::start(site, &settings)?;
    println!("stack ready in {:.1} s", started.elapsed().as_secs_f64());
    let mut driver = cmd::node_tests(["tests/demo/demo.test.mjs"]);
    // A group of its own, so that it can be ended with the browser it drives.
    driver.env("STRONGROOM_STACK", &stack.file).env("CHROMIUM", chromium).process_group(0);
    let mut driver = driver.spawn().context("cannot start node")?;
    let status = loop {
        if let Some(status) = driver.try_wait()? {
            break status;
        }
        if stop.recv_timeout(Duration::from_millis(100)).is_ok() {
            stack::end_group(&mut driver);
            bail!("stopped");
        }
    };
    if !status.success() {
        let alive = stack.check_alive();
        eprintln!("{}", stack.logs());
        alive?;
        bail!("the demo check failed");
    }
    Ok(())
}

fn announce(stack: &Stack) {
    println!();
    println!("  in-page mode          {}/", stack.in_page);
    println!("  isolated-origin mode  {}/", stack.isolated);
    println!();
    println!(
        "  The certificate is made for this run alone. A Chromium that accepts it, with a throw-away profile:"
    );
    let flags = browser_flags(stack).map(|flag| format!("'{flag}'")).join(" ");
    println!("    chromium {flags} {}/", stack.isolated);
    println!("  or let this command open it: cargo xtask demo --open");
    println!();
    println!("  Sign in with any name and password. Ctrl-C stops everything.");
}

fn browser_flags(stack: &Stack) -> [String; 3] {
    [
        format!("--user-data-dir={}", stack.profile().display()),
        format!("--ignore-certificate-errors-spki-list={}", stack.fingerprint),
        "--no-first-run".to_owned(),
    ]
}

fn open(program: &Path, stack: &Stack) -> Result<std::process::Child> {
    let mut chromium = command(&program.to_string_lossy(), browser_flags(stack));
    if nix::unistd::geteuid().is_root() {
        chromium.arg("--no-sandbox");
    }
    chromium
        .arg(&stack.in_page)
        .arg(&stack.isolated)
        .process_group(0)
        .spawn()
        .with_context(|| cmd::cannot_start(&chromium))
}

/// A message when the user or the system asks us to end.
pub(crate) fn on_signal() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || sender.send(()).unwrap_or_default())?;
    Ok(receiver)
}
