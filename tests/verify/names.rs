//! TypeScript spells the same names as the core.

use std::collections::BTreeSet;
use strongroom::jose::Algorithm;
use strongroom::verify::Quirk;

/// The strings of `export type <name> = …;` in a file of the package.
fn union(file: &str, name: &str) -> BTreeSet<String> {
    let path = format!("{}/pkg/src/edge/{file}", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).unwrap();
    let (_, from) = source.split_once(&format!("export type {name} =")).unwrap();
    let (body, _) = from.split_once(';').unwrap();
    let code: String = body.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn algorithms_are_those_of_the_core() {
    assert_eq!(union("types.ts", "Algorithm"), names(Algorithm::ALL.map(Algorithm::name)));
}

#[test]
fn quirks_are_those_of_the_core() {
    assert_eq!(union("types.ts", "Quirk"), names(Quirk::ALL.map(Quirk::name)));
}

/// The codes of the core, and those that only TypeScript can find: what is wrong with a request or with the program.
#[test]
fn codes_are_those_of_the_core() {
    let source =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/verify/error.rs")).unwrap();
    let (_, from) = source.split_once("pub const fn code(&self)").unwrap();
    let (body, _) = from.split_once("pub const fn status(&self)").unwrap();
    let code: String = body.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut codes = names(code.split('"').skip(1).step_by(2));
    codes.extend(names(["invalid_request", "token_missing", "config_invalid"]));
    assert_eq!(union("errors.ts", "TokenErrorCode"), codes);
}
