// The suite on Vercel's edge runtime, under its own export condition. There a build turns `x.wasm?module` into a compiled
// module; here a global stands in for that step.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { EdgeRuntime } from "edge-runtime";
import { bundle } from "./bundle.mjs";
import { startKeyServer } from "./server.mjs";
import { tests } from "./suite.mjs";

describe("edge-runtime", () => {
  let dir;
  let server;
  let runtime;
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), "strongroom-light-"));
    const wasmModules = {};
    for (const file of await bundle(dir, ["edge-light"], { entry: "light.mjs", format: "iife" }))
      wasmModules[file] = new WebAssembly.Module(await readFile(path.join(dir, file)));
    const initialCode = await readFile(path.join(dir, "worker.js"), "utf8");
    runtime = new EdgeRuntime({ initialCode, extend: (context) => Object.assign(context, { wasmModules }) });
    server = await startKeyServer();
  });
  after(() => Promise.all([server.stop(), rm(dir, { recursive: true })]));

  for (const name of Object.keys(tests)) {
    test(name, async () => {
      const query = new URLSearchParams({ name, keys: server.origin });
      const response = await runtime.dispatchFetch(`https://suite.example/run?${query}`);
      assert.equal(await response.text(), "ok");
    });
  }
});
