// What each wasm artifact is allowed to contain and to ask of its host.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The artifact's imports, without wasm-bindgen's hashes. */
function imports(artifact) {
  const bytes = readFileSync(`${root}pkg/wasm/${artifact}/${artifact}_bg.wasm`);
  return WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ module, name, kind }) => {
    assert.equal(kind, "function", `${artifact} imports the ${kind} ${name}`);
    assert.equal(module, `./${artifact}_bg.js`);
    return name.replace(/^__wbg_/, "").replace(/_[0-9a-f]{16}$/, "");
  });
}

/** Names of the crates that the artifact is linked from. */
function crates(artifact) {
  const feature = artifact === "edge" ? "verify" : artifact;
  const args = ["tree", "--quiet", "--no-default-features", "--features", `${feature},wasm`];
  args.push("--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro", "--prefix", "none");
  const tree = execFileSync("cargo", args, { cwd: root, encoding: "utf8" });
  return [...new Set(tree.split("\n").map((line) => line.split(" ")[0]))].filter(Boolean);
}

for (const artifact of ["edge", "signatures", "session"]) {
  test(`${artifact} asks nothing of its host: no clock, no randomness, no network`, () => {
    const harmless = /^(__wbindgen_\w+|Error|__wbindgen_throw)$/;
    const asked = imports(artifact).filter((name) => !harmless.test(name));
    assert.deepEqual(asked, []);
  });
}

for (const artifact of ["vault", "edge", "signatures", "session"]) {
  test(`${artifact} names no folder of the machine that built it`, () => {
    const text = readFileSync(`${root}pkg/wasm/${artifact}/${artifact}_bg.wasm`, "latin1");
    for (const folder of [root, "registry/src"]) assert.ok(!text.includes(folder), folder);
  });
}

test("the session artifact has no public-key cryptography in it", () => {
  const found = crates("session").filter((name) =>
    /^(p256|p384|p521|k256|rsa|ecdsa|ed25519-dalek|ml-dsa)$/.test(name),
  );
  assert.deepEqual(found, []);
});

test("the edge artifact has no crate in it for what the runtime's own cryptography verifies", () => {
  const large = crates("edge").filter((name) =>
    /^(p256|p384|p521|k256|rsa|ed25519-dalek|ml-dsa|fiat-crypto|crypto-bigint)$/.test(name),
  );
  assert.deepEqual(large, []);
});

test("the vault artifact is linked from bindings and zeroize alone", () => {
  const bindings = ["wasm-bindgen", "wasm-bindgen-shared", "js-sys", "web-sys", "cfg-if", "once_cell"];
  // What js-sys brings for futures, which the vault does not use.
  bindings.push("futures-util", "futures-core", "futures-task", "pin-project-lite", "slab", "unicode-ident");
  const foreign = crates("vault").filter((name) => !["strongroom", "zeroize", ...bindings].includes(name));
  assert.deepEqual(foreign, []);
});

test("the vault artifact asks for no storage, no document, no code from text, no console", () => {
  const asked = imports("vault");
  assert.ok(asked.length > 5, "the list of imports was not read");
  const forbidden =
    /storage|indexeddb|caches|document|cookie|eval|newnoargs|^new_no_args|console|log|import_?scripts/i;
  assert.deepEqual(
    asked.filter((name) => forbidden.test(name)),
    [],
  );
});
