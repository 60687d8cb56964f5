//! The house keeps its shape: who may use whom, and what may be named where. Read `docs/architecture.md` first.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What performs I/O, and is used by nothing else.
const BINDINGS: [&str; 3] = ["wasm", "tower", "endpoints"];

/// Which modules of the crate each module may use, besides itself. `wasm` may use all and is used by none.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("time", &[]),
    ("secret", &[]),
    ("jose", &["time", "secret"]),
    ("crypto", &["time", "secret", "jose"]),
    ("verify", &["time", "secret", "jose", "crypto"]),
    ("session", &["time", "secret", "jose", "crypto"]),
    ("vault", &["time", "secret"]),
    ("tower", &["time", "jose", "verify"]),
    ("endpoints", &["time", "secret", "jose", "session"]),
    ("lib", &[]),
];

/// Names that belong to some folders alone, and those folders.
const ONLY_IN: [(&[&str], &[&str]); 4] = [
    (&["wasm"], &["wasm_bindgen", "js_sys", "web_sys", "rlsf"]),
    (&["tower"], &["tokio", "tower_layer", "tower_service"]),
    (&["tower", "endpoints"], &["http"]),
    (
        &["crypto"],
        &[
            "p256",
            "p384",
            "p521",
            "k256",
            "crypto_bigint",
            "rsa",
            "sha2",
            "hmac",
            "hkdf",
            "ed25519_dalek",
            "fiat_crypto",
            "ml_dsa",
            "aes_gcm",
            "signature",
        ],
    ),
];

/// What of the standard library the core never touches: a clock, the network, files, the process.
const FORBIDDEN_STD: [&str; 8] = ["time", "net", "fs", "env", "thread", "io", "process", "os"];

/// Words that the core never says: clocks and randomness by other roads, output, and global state.
const FORBIDDEN_WORDS: [&str; 12] = [
    "SystemTime",
    "Instant",
    "getrandom",
    "rand",
    "static",
    "thread_local!",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "extern",
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

/// The file's code, line by line: no comments, and no test module.
fn code(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let mut code = Vec::new();
    let mut in_tests = false;
    for (i, line) in lines.iter().enumerate() {
        let test_module = lines.get(i + 1).is_some_and(|next| next.starts_with("mod "));
        in_tests |= *line == "#[cfg(test)]" && test_module;
        if !in_tests {
            code.push((i + 1, line.split("//").next().unwrap().to_owned()));
        }
        in_tests &= *line != "}";
    }
    code
}

/// Every word and path (`a::b::c`, `'static`, `print!`) in the text.
fn words(text: &str) -> Vec<&str> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '\'' | '!');
    let trimmed = text.split(|c| !part(c)).map(|word| word.trim_matches(':'));
    trimmed.filter(|word| !word.is_empty()).collect()
}

/// What a `use` tree names, group by group: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str, prefix: &str, found: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    for (at, c) in tree.char_indices().chain([(tree.len(), ',')]) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c != ',' || depth > 0 {
            continue;
        }
        let branch = tree[start..at].trim();
        start = at + 1;
        if let Some((before, inside)) = branch.split_once('{') {
            let inside = inside.trim_end().strip_suffix('}').unwrap();
            expand(inside, &format!("{prefix}{}", before.trim()), found);
        } else if let Some(path) = branch.split_whitespace().next() {
            found.push(format!("{prefix}{path}").trim_start_matches("::").to_owned());
        }
    }
}

/// Every path that the file names, with its line: what it uses, group by group, and what its code spells out.
fn paths(file: &Path) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    let mut lines = code(file).into_iter();
    while let Some((number, mut line)) = lines.next() {
        let visible = line.trim_start().split_once(' ').filter(|(first, _)| first.starts_with("pub"));
        if visible.map_or(line.trim_start(), |(_, rest)| rest).starts_with("use ") {
            while !line.contains(';') {
                line.push_str(&lines.next().unwrap().1);
            }
            let tree = line.split_once("use ").unwrap().1.split(';').next().unwrap().to_owned();
            let mut used = Vec::new();
            expand(&tree, "", &mut used);
            paths.extend(used.into_iter().map(|path| (number, path)));
        } else {
            let spelt = words(&line).into_iter().filter(|word| word.contains("::"));
            paths.extend(spelt.map(|path| (number, path.to_owned())));
        }
    }
    paths
}

/// The module of the crate that a path leads to from `file`, if it leads to one.
fn target(file: &Path, path: &str) -> Option<String> {
    let inside = file.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut at: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    at.retain(|part| part != "mod" && part != "lib");
    let mut parts = path.split("::").peekable();
    match *parts.peek()? {
        "crate" => {
            at.clear();
            parts.next();
        }
        "super" => {
            while parts.next_if_eq(&"super").is_some() {
                at.pop();
            }
        }
        _ => return None,
    }
    at.into_iter().next().or_else(|| parts.next().map(str::to_owned))
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
        for (number, path) in paths(&file) {
            let Some(used) = target(&file, &path) else { continue };
            if used != own && !allowed.contains(&used.as_str()) {
                broken.insert(format!("{}:{number}: {own} may not use {used}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn sessions_use_of_jose_is_base64url_alone() {
    for file in sources(&root().join("src/session"), "rs") {
        for (number, path) in paths(&file) {
            let beyond = target(&file, &path).is_some_and(|module| module == "jose")
                && !path.contains("jose::base64url");
            assert!(!beyond, "{}:{number}: {path}", file.display());
        }
    }
}

#[test]
fn libraries_are_named_only_where_they_belong() {
    let mut broken = BTreeSet::new();
    for file in sources(&root().join("src"), "rs") {
        let own = module(&file);
        for (owners, libraries) in ONLY_IN {
            if owners.contains(&own.as_str()) {
                continue;
            }
            for (number, path) in paths(&file) {
                let first = path.split("::").next().unwrap();
                if libraries.contains(&first) {
                    let (file, owners) = (file.display(), owners.join(", src/"));
                    broken.insert(format!("{file}:{number}: only src/{owners} may name {first}"));
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
        if BINDINGS.contains(&module(&file).as_str()) {
            continue;
        }
        for (number, path) in paths(&file) {
            let parts: Vec<_> = path.split("::").collect();
            if matches!(parts[..], ["std", second, ..] if FORBIDDEN_STD.contains(&second)) {
                broken.insert(format!("{}:{number}: {path}", file.display()));
            }
        }
        // What takes long to make, all of a file's tests may share.
        let is_test = file.ends_with("tests.rs");
        for (number, line) in code(&file) {
            for word in words(&line).iter().flat_map(|word| word.split("::")) {
                if FORBIDDEN_WORDS.contains(&word) && !(is_test && word == "static") {
                    broken.insert(format!("{}:{number}: {word}", file.display()));
                }
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
        if words(line).contains(&"mod") && !line.starts_with("//") && *line != "mod wasm;" {
            assert_eq!(lines[i - 1], "#[forbid(unsafe_code)]", "{line}");
            modules += 1;
        }
    }
    assert!(modules >= 6, "the modules of the core were not found");
    for file in sources(&root().join("src/wasm"), "rs") {
        for (number, line) in code(&file) {
            assert!(!words(&line).contains(&"unsafe"), "{}:{number}", file.display());
        }
    }
}

/// What a line of TypeScript imports: by name, for its effects, or later.
fn imported(line: &str) -> Option<&str> {
    // Examples in documentation import what their readers would.
    let line = Some(line).filter(|line| !line.trim_start().starts_with('*'))?;
    let after = ["from \"", "import \"", "import(\""].iter().find_map(|by| line.split_once(by))?.1;
    after.split('"').next()
}

#[test]
fn typescript_entry_points_never_import_each_other() {
    let source = root().join("pkg/src");
    let top = |file: &Path| file.parent() == Some(&source);
    let stem = |file: &Path| file.with_extension("").file_name().unwrap().to_string_lossy().into_owned();
    let files = sources(&source, "ts");
    let entries: BTreeSet<_> = files.iter().filter(|file| top(file)).map(|file| stem(file)).collect();
    let shared = ["errors", "protocol"];
    let mut broken = BTreeSet::new();
    for file in &files {
        for (number, line) in code(file) {
            let Some(target) = imported(&line) else { continue };
            if top(file) && shared.contains(&stem(file).as_str()) {
                broken.insert(format!("{}:{number}: imports nothing", file.display()));
            }
            let mut path = file.parent().unwrap().to_owned();
            for part in target.split('/') {
                match part {
                    "." => {}
                    ".." => assert!(path.pop()),
                    name => path.push(name),
                }
            }
            let entry = stem(&path);
            if target.starts_with('.')
                && top(&path)
                && entries.contains(&entry)
                && !shared.contains(&entry.as_str())
            {
                broken.insert(format!("{}:{number}: imports the entry point {entry}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
