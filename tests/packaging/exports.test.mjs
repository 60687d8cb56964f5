// The packed tarball, as a user gets it: every subpath resolves, imports without side effects, and ships its types.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
mkdirSync(path.join(root, "target"), { recursive: true });
// Below the repository, so that the package's own dependencies resolve.
const app = mkdtempSync(path.join(root, "target", "throwaway-"));
after(() => rmSync(app, { recursive: true }));

const installed = path.join(app, "node_modules", "strongroom");
mkdirSync(installed, { recursive: true });
const tarball = execFileSync("npm", ["pack", "--silent", "--pack-destination", app], {
  cwd: path.join(root, "pkg"),
  encoding: "utf8",
});
execFileSync("tar", ["-xzf", path.join(app, tarball.trim()), "--strip-components=1", "-C", installed]);

const manifest = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
const targets = Object.entries(manifest.exports).filter(([, target]) => typeof target === "object");

for (const [subpath, conditions] of targets) {
  test(`${subpath}: every condition's file is in the tarball`, () => {
    for (const file of Object.values(conditions)) assert.ok(existsSync(path.join(installed, file)), file);
    assert.deepEqual(Object.keys(conditions)[0], "types");
    assert.deepEqual(Object.keys(conditions).at(-1), "default");
  });
}

test("importing a subpath outside a browser has no side effect and needs no global", () => {
  const subpaths = targets
    .map(([subpath]) => subpath.replace(".", "strongroom"))
    .filter((subpath) => !["strongroom/worker", "strongroom/stores/durable-object"].includes(subpath));
  const script = `
    const before = Object.getOwnPropertyNames(globalThis).join();
    globalThis.fetch = () => { throw new Error("import must not fetch"); };
    WebAssembly.Module = WebAssembly.Instance = WebAssembly.compile = undefined;
    for (const subpath of ${JSON.stringify(subpaths)}) {
      const names = Object.keys(await import(subpath));
      if (names.length === 0) throw new Error(subpath + " exports nothing");
    }
    if (Object.getOwnPropertyNames(globalThis).join() !== before) throw new Error("a global was added");
    console.log("clean");`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: app,
    encoding: "utf8",
  });
  assert.equal(printed.trim(), "clean");
});

for (const name of ["edge", "endpoints"]) {
  const artifact = name === "edge" ? "edge" : "session";

  test(`strongroom/${name}: workerd and edge-light import compiled wasm, the default build inlines it`, () => {
    const reachable = (file, seen = new Map()) => {
      const source = readFileSync(file, "utf8");
      seen.set(file, source);
      for (const [, next] of source.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
        const resolved = path.resolve(path.dirname(file), next);
        if (!seen.has(resolved)) reachable(resolved, seen);
      }
      return [...seen.values()].join("\n");
    };
    const source = (condition) => reachable(path.join(installed, manifest.exports[`./${name}`][condition]));
    const wasm = readFileSync(path.join(installed, "dist", `${artifact}_bg.wasm`));
    const inlined = wasm.subarray(0, 300).toString("base64");
    assert.match(source("workerd"), new RegExp(`"\\./${artifact}_bg\\.wasm"`));
    assert.match(source("edge-light"), new RegExp(`"\\./${artifact}_bg\\.wasm\\?module"`));
    assert.ok(source("default").includes(inlined));
    for (const condition of ["workerd", "edge-light"]) assert.ok(!source(condition).includes(inlined));
  });
}

test("the worker is one self-contained classic script", () => {
  const source = readFileSync(path.join(installed, "dist/vault.worker.js"), "utf8");
  assert.doesNotMatch(
    source,
    /^\s*(import|export)\b|[;}]\s*(import|export)\s*[{*"]|import\.meta|\bimport\(/m,
  );
  assert.doesNotThrow(() => new Function(source));
});

test("the page side names the worker's file where bundlers look for it", () => {
  const source = readFileSync(path.join(installed, "dist/index.js"), "utf8");
  assert.match(source, /new URL\(["'`]\.\/vault\.worker\.js["'`],\s*import\.meta\.url\)/);
});
