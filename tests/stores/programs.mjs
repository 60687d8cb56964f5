// Programs that run the conformance cases in another runtime and print a JSON line for each.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { storeCases } from "strongroom/stores/testing";
import { bundle } from "./bundle.mjs";

const require = createRequire(import.meta.url);
export const BUN = [path.join(require.resolve("bun/package.json"), "../bin/bun.exe")]; // on every system
export const DENO = [process.execPath, require.resolve("deno/bin.cjs"), "run", "--allow-all"];

/** Runs a program with `argument()` as its last parameter; each of the conformance cases, and `more`, is a test. */
export function describeProgram(name, { command, program, argument, more = [] }) {
  describe(name, () => {
    const dir = mkdtempSync(path.join(tmpdir(), "strongroom-program-"));
    const answers = new Map();
    before(async () => {
      const file = path.join(dir, "program.mjs");
      await bundle(program, file);
      const [executable, ...parameters] = [...command, file, String(argument(dir))];
      const { stdout } = await promisify(execFile)(executable, parameters);
      for (const line of stdout.trim().split("\n")) {
        const { name, message } = JSON.parse(line);
        answers.set(name, message ?? "passed");
      }
    });
    after(() => rmSync(dir, { recursive: true, force: true }));
    const names = storeCases(() => assert.fail("only their names are wanted")).map((one) => one.name);
    for (const name of [...names, ...more]) test(name, () => assert.equal(answers.get(name), "passed"));
  });
}
