//! The commands. One file each; `cmd` and `paths` are what they share.

mod artifact;
mod bench;
mod check;
mod cmd;
mod demo;
mod fuzz;
mod package;
mod paths;
mod provision;
mod simulate;
mod size;
mod stack;
mod test;
mod tls;
mod vectors;

use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  demo                 build everything, start the whole stack, print the address to open; Ctrl-C stops it
    --check            the same without a person: a real Chromium walks through both modes, then all stops
    --port N           first of three consecutive ports (default 8443)
    --open             also open a Chromium with a throw-away profile that accepts the demo's certificate
  test [suite…]        the default run (at most 30 minutes on 2 cores)
    --quick            the loop: at most 3 minutes      --all   everything: at most 80 minutes
    suites             SUITES
  build                the three wasm artifacts and the npm package
  size                 raw, gzip and brotli size of everything that ships, against its budget
  bench <name> …       one comparison with others, in bench/<name>/; the rest is its own (`--help`)
  check                format, clippy, types, package lint, licences and sources of dependencies
  simulate …           the whole-fleet simulation of the rotation (`cargo xtask simulate --help`)
  fuzz [target…]       every fuzz target, and mutated tokens to jose and to us; nonzero on a crash
    --seconds N        all in all (default 60)
  help                 this text
";

pub(crate) fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    let command = match args.next()? {
        Some(Value(command)) => command.string()?,
        Some(Short('h') | Long("help")) | None => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    std::env::set_current_dir(paths::root())?;
    let others = ["bench", "simulate"].contains(&command.as_str());
    if !others && std::env::args_os().any(|argument| argument == "--help" || argument == "-h") {
        print!("{}", help());
        return Ok(());
    }
    match command.as_str() {
        "demo" => demo::run(demo::Options::parse(args)?),
        "test" => test::run(test::Options::parse(args)?),
        "build" => no_more(args).and_then(|()| package::build()),
        "size" => no_more(args).and_then(|()| size::run()),
        "bench" => bench::run(bench::Options::parse(args.raw_args()?.collect())?),
        "check" => no_more(args).and_then(|()| check::run()),
        "simulate" => simulate::run(args.raw_args()?.collect()),
        "fuzz" => fuzz::run(fuzz::Options::parse(args)?),
        "help" => {
            print!("{}", help());
            Ok(())
        }
        unknown => bail!("there is no command `{unknown}`; `cargo xtask help` lists them"),
    }
}

fn help() -> String {
    HELP.replace("SUITES", &test::names().join(", "))
}

fn no_more(mut args: lexopt::Parser) -> Result<()> {
    match args.next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}
