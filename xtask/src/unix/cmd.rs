//! Running programs, and saying what is going on.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs one named step, and says when it starts and how long it took.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("• {name} …");
    let start = Instant::now();
    let result = work().with_context(|| name.to_owned())?;
    eprintln!("✓ {name} ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(result)
}

/// A command with its arguments.
pub(crate) fn command<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}

/// Runs a command that shares our terminal; a failure names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a command quietly: what it prints is shown only if it fails.
pub(crate) fn run_quiet(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("`{}` failed ({})", line(command), output.status);
    }
    Ok(())
}

/// Runs a command and gives what it printed on standard output, trimmed; a failure says what it printed on the other.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({})\n{}", line(command), output.status, said.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds a program on the path.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The Cargo that runs us.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), args)
}

/// A program of an npm package in the workspace, run by Node.
pub(crate) fn node<S: AsRef<OsStr>>(script: &str, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = command("node", [script]);
    command.args(args);
    command
}

/// Node's test runner on the given files or folders; it closes with `N passed, N failed`.
pub(crate) fn node_tests<S: AsRef<OsStr>>(files: impl IntoIterator<Item = S>) -> Command {
    let to_stdout = "--test-reporter-destination=stdout";
    let reporters = ["--test-reporter=spec", to_stdout, "--test-reporter=./tests/count.mjs", to_stdout];
    let mut command = node("--test", reporters);
    command.arg("--test-concurrency=1").args(files);
    command
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// What to say when a program does not start.
pub(crate) fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`: is it installed and on the PATH?", command.get_program().to_string_lossy())
}
