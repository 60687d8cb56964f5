//! `cargo xtask`: everything that is done to this project, one command each. `cargo xtask help` lists them.

#[cfg(unix)]
mod unix;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    unix::main()
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!(
        "error: cargo xtask runs on Linux and macOS; on Windows use it inside WSL: wsl cargo xtask demo"
    );
    std::process::ExitCode::FAILURE
}
