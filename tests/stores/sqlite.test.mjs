// The SQLite store in the runtimes that bring SQLite.
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

const dir = mkdtempSync(path.join(tmpdir(), "strongroom-sqlite-"));
const program = path.join(dir, "program.mjs");
before(() => bundle("sqlite/program.mjs", program));
after(() => rmSync(dir, { recursive: true, force: true }));

const runtime = (name) =>
  createRequire(import.meta.url)
    .resolve(`${name}/package.json`)
    .replace(/[^/]+$/, "");
const runtimes = {
  "bun:sqlite": [path.join(runtime("bun"), "bin/bun.exe")],
  "node:sqlite in Deno": [process.execPath, path.join(runtime("deno"), "bin.cjs"), "run", "--allow-all"],
};

for (const [name, [command, ...parameters]] of Object.entries(runtimes)) {
  describe(name, () => {
    const answers = new Map();
    before(async () => {
      const folder = mkdtempSync(path.join(dir, "data-"));
      const { stdout } = await promisify(execFile)(command, [...parameters, program, folder]);
      for (const line of stdout
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text)))
        answers.set(line.name, line);
    });
    const names = storeCases(() => assert.fail("only their names are wanted")).map((one) => one.name);
    for (const name of [...names, "of 50 refreshes of one handle at once exactly one rotates"]) {
      test(name, () => {
        assert.ok(answers.has(name), "it was not run");
        assert.equal(answers.get(name).message, undefined);
      });
    }
  });
}
