// The suite on Deno and on Bun, against the built package as they resolve it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startKeyServer } from "./server.mjs";
import { tests } from "./suite.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const bin = path.join(here, "..", "..", "node_modules", ".bin");

const RUNTIMES = {
  Deno: [path.join(bin, "deno"), "run", "--quiet", "--no-lock", "--allow-all"],
  Bun: [path.join(bin, "bun"), "run"],
};

for (const [runtime, [command, ...args]] of Object.entries(RUNTIMES)) {
  describe(runtime, () => {
    let server;
    let ended;
    const results = new Map();
    before(async () => {
      server = await startKeyServer();
      ended = run(command, [...args, path.join(here, "run.mjs"), server.origin], results);
    });
    after(() => server.stop());
    for (const name of Object.keys(tests)) {
      test(name, async () => {
        const errors = await ended;
        assert.ok(results.has(name), `it was not run: ${errors}`);
        assert.equal(results.get(name), null);
      });
    }
  });
}

/** Fills `results` by test; gives what the runtime complained about. */
async function run(command, args, results) {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  for await (const line of createInterface({ input: child.stdout })) {
    const { name, error } = JSON.parse(line);
    results.set(name, error);
  }
  return errors;
}
