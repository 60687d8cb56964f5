// The SQLite store in the runtimes that bring SQLite, and on one file from two processes.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { bundle } from "./bundle.mjs";
import { BUN, DENO, describeProgram } from "./programs.mjs";

const runtimes = { "bun:sqlite": BUN, "node:sqlite in Deno": DENO };
for (const [name, command] of Object.entries(runtimes)) {
  describeProgram(name, {
    command,
    program: "programs/sqlite.mjs",
    argument: (dir) => dir,
    more: ["of 50 refreshes of one handle at once exactly one rotates"],
  });
}

test("two processes on one file lose none of each other's swaps", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "strongroom-counter-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const program = path.join(dir, "program.mjs");
  await bundle("programs/sqlite-counter.mjs", program);
  const [bun] = BUN;
  const count = () => promisify(execFile)(bun, [program, path.join(dir, "sessions.db")]);
  const printed = await Promise.all([count(), count()]);
  const answers = printed.map(({ stdout }) => JSON.parse(stdout));
  t.diagnostic(JSON.stringify(answers));
  assert.equal(Math.max(...answers.map(({ counter }) => counter)), 400);
});
