//! The whole stack as child processes: the OpenID provider, and workerd with the site, the endpoints and the API.
//! Dropping it ends every child with all its descendants, and deletes its folder with the keys in it.

use super::cmd::{self, command, node, step};
use super::{package, paths, tls};
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use ring::rand::SecureRandom as _;
use serde_json::json;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

const STARTUP: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(3);

/// Where the stack listens.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) site: u16,
    pub(crate) api: u16,
    pub(crate) id: u16,
}

impl Ports {
    /// Three in a row; refused if one of them is taken.
    pub(crate) fn from(first: u16) -> Result<Ports> {
        let (1.., Some(api), Some(id)) = (first, first.checked_add(1), first.checked_add(2)) else {
            bail!("--port {first}: three consecutive ports are needed");
        };
        for port in [first, api, id] {
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
                bail!(
                    "port {port} is in use or not allowed. Choose three others: cargo xtask demo --port 9443"
                );
            }
        }
        Ok(Ports { site: first, api, id })
    }

    /// Three free ones.
    pub(crate) fn free() -> Result<Ports> {
        let listeners = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let mut ports = Vec::new();
        for listener in listeners {
            ports.push(listener?.local_addr()?.port());
        }
        Ok(Ports { site: ports[0], api: ports[1], id: ports[2] })
    }
}

/// What distinguishes a stack for a person from one for a test.
pub(crate) struct Settings {
    pub(crate) ports: Ports,
    pub(crate) access_token_seconds: u32,
    /// Shorter rotation windows, so that a test need not wait for minutes.
    pub(crate) timing: Option<serde_json::Value>,
}

/// A running stack.
pub(crate) struct Stack {
    /// Its description, which everything in it reads.
    pub(crate) file: PathBuf,
    pub(crate) fingerprint: String,
    pub(crate) in_page: String,
    pub(crate) isolated: String,
    folder: Folder,
    children: Vec<(&'static str, Child)>,
}

/// A folder of this run alone, which others cannot read. It goes when this is dropped.
struct Folder(PathBuf);

impl Folder {
    /// Makes it, and clears away those of runs that were killed before they could.
    fn create(kind: &str) -> Result<Folder> {
        let demo = paths::demo();
        fs::create_dir_all(&demo)?;
        for entry in fs::read_dir(&demo)? {
            let name = entry?.file_name();
            let run = name.to_str().and_then(|name| name.strip_prefix(kind)?.strip_prefix('-')?.parse().ok());
            if run.is_some_and(|run| kill(Pid::from_raw(run), None) == Err(Errno::ESRCH)) {
                let _ = fs::remove_dir_all(demo.join(name));
            }
        }
        let folder = Folder(demo.join(format!("{kind}-{}", std::process::id())));
        fs::create_dir_all(&folder.0)?;
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700))?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The built demo site. Two runs at once do not share it.
pub(crate) struct Site {
    folder: Folder,
}

/// Builds the demo site against the packed package, as a user would: in a folder of its own, from the tarball.
pub(crate) fn build_site() -> Result<Site> {
    package::build()?;
    step("demo site, from the packed package", || {
        let site = Site { folder: Folder::create("site")? };
        let staging = &site.folder.0;
        let installed = staging.join("node_modules/strongroom");
        fs::create_dir_all(&installed)?;
        cmd::run_quiet(command("cp", ["-R", "www/."]).arg(staging))?;
        let lock = package::lock()?;
        let tarball = package::pack()?;
        let mut tar = command("tar", ["-xzf"]);
        cmd::run_quiet(tar.arg(tarball).args(["--strip-components=1", "-C"]).arg(&installed))?;
        drop(lock);
        let vite = paths::root().join("node_modules/vite/bin/vite.js");
        let vite = vite.to_string_lossy();
        cmd::run_quiet(node(&vite, ["build", "--logLevel", "warn"]).current_dir(staging))?;
        Ok(site)
    })
}

impl Stack {
    /// Starts everything and waits until it answers. If anything fails, nothing is left running.
    pub(crate) fn start(site: &Site, settings: &Settings) -> Result<Stack> {
        let owned = Folder::create("run")?;
        let folder = &owned.0;
        let Ports { site: site_port, api, id } = settings.ports;
        let host = |name: &str| format!("{name}.strongroom.localhost");
        let origin = |name: &str, port: u16| format!("https://{}:{port}", host(name));

        let names = ["inpage", "app", "vault", "api", "id"].map(host);
        let tls = tls::create(folder, &names)?;
        let mut description = json!({
            "ports": { "site": site_port, "api": api, "id": id },
            "origins": {
                "inpage": origin("inpage", site_port),
                "app": origin("app", site_port),
                "vault": origin("vault", site_port),
                "api": origin("api", api),
                "id": origin("id", id),
            },
            "tls": { "ca": tls.ca, "cert": tls.cert, "key": tls.key, "fingerprint": tls.fingerprint },
            "accessTokenSeconds": settings.access_token_seconds,
            "timing": settings.timing,
            "secrets": [secret()?],
            "clients": {
                "inpage": { "id": "strongroom-inpage", "secret": secret()? },
                "isolated": { "id": "strongroom-isolated", "secret": secret()? },
            },
            "dir": folder,
            "site": site.folder.0,
        });
        let file = folder.join("stack.json");
        fs::write(&file, serde_json::to_vec_pretty(&description)?)?;
        let mut stack = Stack {
            file,
            fingerprint: tls.fingerprint,
            in_page: origin("inpage", site_port),
            isolated: origin("app", site_port),
            folder: owned,
            children: Vec::new(),
        };
        stack.launch(&site.folder.0, settings.ports)?;
        let pids = stack.children.iter().map(|(name, child)| ((*name).to_owned(), json!(child.id())));
        description["pids"] = serde_json::Value::Object(pids.collect());
        fs::write(&stack.file, serde_json::to_vec_pretty(&description)?)?;
        Ok(stack)
    }

    fn launch(&mut self, site: &Path, ports: Ports) -> Result<()> {
        let file = self.file.to_string_lossy().into_owned();
        let script = |name: &str| site.join(name).to_string_lossy().into_owned();
        cmd::run_quiet(&mut node(&script("workers/build.mjs"), [&file]))?;
        self.spawn("provider", node(&script("provider/main.mjs"), [&file]))?;
        let mut workerd = command("node_modules/workerd/bin/workerd", ["serve"]);
        workerd.arg(self.folder.0.join("stack.capnp"));
        self.spawn("workerd", workerd)?;
        for (name, port) in [("provider", ports.id), ("workerd", ports.site), ("workerd", ports.api)] {
            self.await_port(name, port)?;
        }
        Ok(())
    }

    /// Starts one child as the leader of a process group of its own, so that Ctrl-C in the terminal reaches us alone.
    fn spawn(&mut self, name: &'static str, mut command: Command) -> Result<()> {
        let log = File::create(self.log(name))?;
        command.stdin(std::process::Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        self.children.push((name, command.spawn().with_context(|| format!("cannot start the {name}"))?));
        Ok(())
    }

    fn await_port(&mut self, name: &str, port: u16) -> Result<()> {
        let deadline = Instant::now() + STARTUP;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            self.check_alive()?;
            if Instant::now() > deadline {
                bail!("the {name} does not listen on port {port}. It printed:\n{}", self.printed(name));
            }
            sleep(Duration::from_millis(25));
        }
        Ok(())
    }

    /// Where a browser may keep its profile: it goes with the stack.
    pub(crate) fn profile(&self) -> PathBuf {
        self.folder.0.join("profile")
    }

    /// An error with what it printed, if a child has ended.
    pub(crate) fn check_alive(&mut self) -> Result<()> {
        for i in 0..self.children.len() {
            let (name, child) = &mut self.children[i];
            if let Some(status) = child.try_wait()? {
                let name = *name;
                bail!("the {name} ended ({status}). It printed:\n{}", self.printed(name));
            }
        }
        Ok(())
    }

    /// The last lines of each child's output.
    pub(crate) fn logs(&self) -> String {
        self.children.iter().map(|(name, _)| format!("--- {name} ---\n{}\n", self.printed(name))).collect()
    }

    fn printed(&self, name: &str) -> String {
        let text = fs::read(self.log(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.0.join(format!("{name}.log"))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for (_, child) in &self.children {
            let _ = killpg(group(child), Signal::SIGTERM);
        }
        for (_, child) in &mut self.children {
            end_group(child);
        }
    }
}

/// Ends a child that leads a process group, and whatever is left of the group: kindly first.
pub(crate) fn end_group(leader: &mut Child) {
    let _ = killpg(group(leader), Signal::SIGTERM);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && matches!(leader.try_wait(), Ok(None)) {
        sleep(Duration::from_millis(20));
    }
    let _ = killpg(group(leader), Signal::SIGKILL);
    let _ = leader.wait();
}

fn group(leader: &Child) -> Pid {
    Pid::from_raw(leader.id().cast_signed())
}

fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    ring::rand::SystemRandom::new().fill(&mut bytes).ok().context("the system gives no randomness")?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
