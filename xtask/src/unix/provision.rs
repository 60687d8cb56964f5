//! Makes sure of what a build or a test needs: installs it where that is possible, else names the exact command.

use super::cmd::{self, cargo, command, step, which};
use super::paths;
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// How wasm is compiled on this machine.
pub(crate) enum WasmCargo {
    /// The toolchain that runs us has the target.
    Own,
    /// Debian's second toolchain, which brings the standard library as source.
    BuildStd,
}

impl WasmCargo {
    /// `cargo <subcommand> --target wasm32-unknown-unknown`, ready for more arguments.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        match self {
            WasmCargo::Own => {
                let mut cargo = cargo([subcommand, "--target", TARGET]);
                // Whatever a configuration file says: we look for the result there.
                cargo.arg("--target-dir").arg(paths::target());
                cargo
            }
            WasmCargo::BuildStd => {
                let mut cargo = command("/usr/bin/cargo", [subcommand, "--target", TARGET]);
                cargo
                    .arg("-Zbuild-std=std,panic_abort")
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1");
                // Both toolchains would otherwise throw each other's work away.
                cargo.env("CARGO_TARGET_DIR", paths::target().join("build-std"));
                cargo.env_remove("RUSTUP_TOOLCHAIN");
                cargo
            }
        }
    }

    /// The folder that `command("build")` writes to.
    pub(crate) fn target_dir(&self) -> PathBuf {
        match self {
            WasmCargo::Own => paths::target().join(TARGET),
            WasmCargo::BuildStd => paths::target().join("build-std").join(TARGET),
        }
    }
}

/// Makes sure of the wasm target: present, else by rustup, else by Debian's packages.
pub(crate) fn wasm_target() -> Result<WasmCargo> {
    if wasm_target_present() {
        return Ok(WasmCargo::Own);
    }
    if which("rustup").is_some() {
        eprintln!("• adding the {TARGET} target with rustup");
        if cmd::run(&mut command("rustup", ["target", "add", TARGET])).is_ok() && wasm_target_present() {
            return Ok(WasmCargo::Own);
        }
    }
    let packages = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
    if !Path::new("/usr/bin/cargo").exists() || !Path::new("/usr/lib/rustlib/src/rust/library").exists() {
        if !can_apt() {
            bail!("the {TARGET} target is missing. Install it: rustup target add {TARGET}");
        }
        eprintln!("• the {TARGET} target cannot be downloaded: installing Debian's second toolchain");
        apt_install(&packages)?;
    }
    eprintln!("• compiling wasm with Debian's toolchain, standard library from source");
    Ok(WasmCargo::BuildStd)
}

fn wasm_target_present() -> bool {
    let mut rustc = command("rustc", ["--print", "target-libdir", "--target", TARGET]);
    cmd::read(&mut rustc).is_ok_and(|folder| Path::new(&folder).is_dir())
}

/// Makes sure of Node and of the npm packages that the lock file names.
pub(crate) fn npm() -> Result<()> {
    node()?;
    let lock = fs::read(paths::root().join("package-lock.json")).context("package-lock.json")?;
    let stamp = paths::root().join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step("npm dependencies", || {
        cmd::run_quiet(&mut command("npm", ["ci", "--no-audit", "--no-fund"]))
            .context("npm could not install the dependencies. With network, run: npm ci")?;
        Ok(fs::write(&stamp, &lock)?)
    })
}

fn node() -> Result<()> {
    let version = cmd::read(&mut command("node", ["--version"])).context(
        "Node.js 20.19 or newer is needed. Install it from https://nodejs.org or your system's packages",
    )?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|n| n.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) < (20, 19) {
        bail!("Node.js {version} is too old: 20.19 or newer is needed (https://nodejs.org)");
    }
    Ok(())
}

/// Finds Chromium, or installs it on Debian as root. `CHROMIUM` in the environment names another one.
pub(crate) fn chromium() -> Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    program("Chromium", "CHROMIUM", &["chromium"], || names.into_iter().find_map(which))
}

/// Finds Firefox, or installs it on Debian as root. `FIREFOX` in the environment names another one.
pub(crate) fn firefox() -> Result<PathBuf> {
    let names = ["firefox-esr", "firefox"];
    program("Firefox", "FIREFOX", &["firefox-esr"], || names.into_iter().find_map(which))
}

/// Finds WebKitGTK's driver and the display it needs, or installs both on Debian as root. `WEBKIT_DRIVER` in the
/// environment names another driver.
pub(crate) fn webkit() -> Result<PathBuf> {
    program("WebKitGTK", "WEBKIT_DRIVER", &["webkit2gtk-driver", "xvfb"], || {
        which("Xvfb").and_then(|_| which("WebKitWebDriver"))
    })
}

/// Finds the Redis server, or installs it on Debian as root. `REDIS_SERVER` in the environment names another one.
pub(crate) fn redis() -> Result<PathBuf> {
    let names = ["redis-server", "valkey-server"];
    program("Redis", "REDIS_SERVER", &["redis-server"], || names.into_iter().find_map(which))
}

/// Finds PostgreSQL's server, or installs it on Debian as root. `POSTGRES` in the environment names another one.
pub(crate) fn postgres() -> Result<PathBuf> {
    program("PostgreSQL", "POSTGRES", &["postgresql"], || newest_postgres().or_else(|| which("postgres")))
}

/// Debian keeps the versions side by side, and none of them on the path.
fn newest_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let numbered = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let server = entry.path().join("bin/postgres");
        server.is_file().then_some((version, server))
    });
    numbered.max().map(|(_, server)| server)
}

/// The program that the environment names, else the one that is found, else the one that Debian's packages bring.
fn program(
    name: &str,
    variable: &str,
    packages: &[&str],
    find: impl Fn() -> Option<PathBuf>,
) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("{variable} names {}, which does not exist", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    let wanted = packages.join(" ");
    if !can_apt() {
        bail!(
            "{name} is needed. Install it (Debian: sudo apt-get install {wanted}), or name one: {variable}=/path/to/it"
        );
    }
    step(&format!("{name} from Debian's packages"), || apt_install(packages))?;
    find().with_context(|| format!("{wanted} was installed, but {name} is not found"))
}

/// Makes sure of a Python of our own that has PyJWT, and gives its path. `STRONGROOM_PYTHON` in the environment names another.
pub(crate) fn pyjwt() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("STRONGROOM_PYTHON") {
        return Ok(PathBuf::from(named));
    }
    let folder = paths::target().join("crosscheck-python");
    let python = folder.join("bin/python");
    let has_it = || cmd::read(&mut command(&python.to_string_lossy(), ["-c", "import jwt, cryptography"]));
    if python.is_file() && has_it().is_ok() {
        return Ok(python);
    }
    step("PyJWT", || {
        let venv = |folder: &Path| cmd::run_quiet(command("python3", ["-m", "venv", "--clear"]).arg(folder));
        let made = venv(&folder).or_else(|error| {
            // Debian splits Python: its `venv` is a package of its own.
            if !can_apt() {
                return Err(error);
            }
            apt_install(&["python3", "python3-venv"])?;
            venv(&folder)
        });
        made.context(
            "Python with venv is needed. Install it (Debian: sudo apt-get install python3 python3-venv)",
        )?;
        let wanted = ["-m", "pip", "install", "--quiet", "pyjwt==2.15.1", "cryptography==50.0.2"];
        let pip = cmd::run_quiet(&mut command(&python.to_string_lossy(), wanted));
        pip.context("PyJWT is needed. With network, run the command above")
    })?;
    Ok(python)
}

/// Makes sure of Go and golang-jwt: on Debian as root they are installed, elsewhere the packages are named.
pub(crate) fn golang_jwt() -> Result<()> {
    let packages = ["golang-go", "golang-github-golang-jwt-jwt-dev"];
    let present =
        || which("go").is_some() && Path::new("/usr/share/gocode/src/github.com/golang-jwt/jwt").is_dir();
    if present() {
        return Ok(());
    }
    let wanted = packages.join(" ");
    if !can_apt() {
        bail!("golang-jwt is needed as Debian packages it. Install it: sudo apt-get install {wanted}");
    }
    step("golang-jwt from Debian's packages", || apt_install(&packages))?;
    if present() { Ok(()) } else { bail!("{wanted} were installed, and golang-jwt is not found") }
}

/// Makes sure of `cargo deny`.
pub(crate) fn cargo_deny() -> Result<()> {
    if which("cargo-deny").is_none() {
        step("cargo-deny (compiled once, some minutes)", || {
            cmd::run_quiet(&mut cargo(["install", "--locked", "cargo-deny@0.20.2"]))
                .context("cargo-deny is needed. With network, run: cargo install --locked cargo-deny")
        })?;
    }
    Ok(())
}

/// Makes sure of `cargo fuzz`.
pub(crate) fn cargo_fuzz() -> Result<()> {
    if which("cargo-fuzz").is_none() {
        step("cargo-fuzz (compiled once, a minute)", || {
            cmd::run_quiet(&mut cargo(["install", "--locked", "cargo-fuzz@0.13.2"]))
                .context("cargo-fuzz is needed. With network, run: cargo install --locked cargo-fuzz")
        })?;
    }
    Ok(())
}

fn can_apt() -> bool {
    nix::unistd::geteuid().is_root() && which("apt-get").is_some()
}

fn apt_install(packages: &[&str]) -> Result<()> {
    let _still = NoServices::begin();
    let apt = |args: &[&str]| {
        let mut apt = command("apt-get", args);
        cmd::run_quiet(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // A fresh machine has no package lists; one that is offline may still have the packages.
    let updated = apt(&["update"]);
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
        .or_else(|error| updated.and(Err(error)))
        .with_context(|| format!("with network, run as root: apt-get install {}", packages.join(" ")))
}

/// While this lives, Debian's packages do not start the services that they bring: we start our own. Killed, it leaves a
/// policy that allows everything again and that the next run replaces.
struct NoServices {
    ours: bool,
}

impl NoServices {
    const POLICY: &str = "/usr/sbin/policy-rc.d";
    const MARK: &str = "# Strongroom's cargo xtask, for as long as it installs.";

    fn begin() -> NoServices {
        let free = match fs::read_to_string(Self::POLICY) {
            Ok(found) => found.contains(Self::MARK),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        };
        let (mark, own) = (Self::MARK, std::process::id());
        let policy = format!("#!/bin/sh\n{mark}\nkill -0 {own} 2>/dev/null && exit 101\nexit 0\n");
        let wanted = free && fs::write(Self::POLICY, policy).is_ok();
        let executable = fs::Permissions::from_mode(0o755);
        NoServices { ours: wanted && fs::set_permissions(Self::POLICY, executable).is_ok() }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.ours {
            // Nothing to be done about it, and the next installation says so.
            let _ = fs::remove_file(Self::POLICY);
        }
    }
}
