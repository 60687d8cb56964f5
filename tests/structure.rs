//! The house keeps its shape: who may use whom, and what may be named where. Read `docs/architecture.md` first.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules of the crate each module may use, besides itself. `wasm` may use all and is used by none.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("time", &[]),
    ("secret", &[]),
    ("jose", &["time", "secret"]),
    ("crypto", &["time", "secret", "jose"]),
    ("verify", &["time", "secret", "jose", "crypto"]),
    ("session", &["time", "secret", "jose", "crypto"]),
    ("vault", &["time", "secret"]),
    ("lib", &[]),
];

/// Names that belong to one folder alone, and that folder.
const ONLY_IN: [(&str, &[&str]); 2] = [
    ("wasm", &["wasm_bindgen", "js_sys", "web_sys"]),
    (
        "crypto",
        &[
            "p256",
            "p384",
            "p521",
            "k256",
            "rsa",
            "sha2",
            "hmac",
            "hkdf",
            "ed25519_dalek",
            "ml_dsa",
            "aes_gcm",
            "signature",
        ],
    ),
];

/// The core never reads a clock, a random source, the network, a file or a global.
const FORBIDDEN_IN_CORE: [&str; 12] = [
    "std::time::",
    "SystemTime",
    "Instant::now",
    "std::net",
    "std::fs",
    "std::env",
    "std::thread",
    "thread_local!",
    "static mut",
    "getrandom",
    "rand::",
    "println!",
];

fn sources(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The module of the crate that a source file belongs to: its folder, or its own name.
fn module(file: &Path) -> String {
    let first = file.strip_prefix(root().join("src")).unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The file's code: no comments, and nothing from the test module on.
fn code(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate().take_while(|(_, line)| !line.trim().starts_with("#[cfg(test)]"));
    lines.map(|(i, line)| (i + 1, line.split("//").next().unwrap().to_owned())).collect()
}

/// Whether `line` names the path root `name`, as in `name::…` or `use name;`.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let starts = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '"');
        starts
            && (after.starts_with("::") || (line.trim_start().starts_with("use ") && after.starts_with(';')))
    })
}

#[test]
fn modules_use_only_what_is_below_them() {
    let mut broken = BTreeSet::new();
    for file in sources(&root().join("src"), "rs") {
        let own = module(&file);
        if own == "wasm" {
            continue;
        }
        let (_, allowed) =
            MAY_USE.iter().find(|(name, _)| *name == own).expect("a new module needs a row in MAY_USE");
        for (number, line) in code(&file) {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !used.is_empty() && used != own && !allowed.contains(&used.as_str()) {
                    broken.insert(format!("{}:{number}: {own} may not use {used}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn sessions_use_of_jose_is_base64url_alone() {
    for file in sources(&root().join("src/session"), "rs") {
        for (number, line) in code(&file) {
            for used in line.split("jose::").skip(1) {
                assert!(used.starts_with("base64url"), "{}:{number}", file.display());
            }
        }
    }
}

#[test]
fn libraries_are_named_only_where_they_belong() {
    let mut broken = BTreeSet::new();
    for file in sources(&root().join("src"), "rs") {
        let own = module(&file);
        for (owner, libraries) in ONLY_IN {
            if own == owner {
                continue;
            }
            for (number, line) in code(&file) {
                for library in libraries.iter().filter(|library| names(&line, library)) {
                    broken
                        .insert(format!("{}:{number}: only src/{owner} may name {library}", file.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_core_performs_no_io() {
    let mut broken = BTreeSet::new();
    for file in sources(&root().join("src"), "rs") {
        if module(&file) == "wasm" {
            continue;
        }
        for (number, line) in code(&file) {
            for name in FORBIDDEN_IN_CORE.iter().filter(|name| line.contains(**name)) {
                broken.insert(format!("{}:{number}: {name}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_core_module_forbids_unsafe_code() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let lines: Vec<_> = lib.lines().collect();
    let mut modules = 0;
    for (i, line) in lines.iter().enumerate() {
        if line.starts_with("pub mod ") {
            assert_eq!(lines[i - 1], "#[forbid(unsafe_code)]", "{line}");
            modules += 1;
        }
    }
    assert!(modules >= 6, "the modules of the core were not found");
    for file in sources(&root().join("src/wasm"), "rs") {
        for (number, line) in code(&file) {
            assert!(!line.contains("unsafe "), "{}:{number}", file.display());
        }
    }
}

#[test]
fn typescript_entry_points_never_import_each_other() {
    let source = root().join("pkg/src");
    let entries: BTreeSet<String> = fs::read_dir(&source)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "ts"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let shared = ["errors.ts", "protocol.ts"];
    let mut broken = BTreeSet::new();
    for file in sources(&source, "ts") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let depth = file.strip_prefix(&source).unwrap().components().count();
        for (number, line) in code(&file) {
            // Examples in documentation import what their readers would.
            let example = line.trim_start().starts_with('*');
            let Some((_, target)) = line.split_once("from \"").filter(|_| !example) else { continue };
            let target = target.split('"').next().unwrap();
            let at_top = if depth == 1 { target.strip_prefix("./") } else { target.strip_prefix("../") };
            let imported = at_top.filter(|target| !target.contains('/')).unwrap_or_default();
            if entries.contains(imported) && !shared.contains(&imported) {
                broken.insert(format!("{}:{number}: imports the entry point {imported}", file.display()));
            }
            if depth == 1 && shared.contains(&name.as_str()) {
                broken.insert(format!("{}:{number}: {name} imports nothing", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
