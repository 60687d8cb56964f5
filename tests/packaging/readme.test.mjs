// What the README shows a newcomer is code that the package's own types accept.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const samples = [...readFileSync(path.join(root, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```/gms)];

test("the README's samples fit the package's types, also with what is commented out", () => {
  assert.ok(samples.length >= 2, "no samples were found");
  mkdirSync(path.join(root, "target"), { recursive: true });
  const folder = mkdtempSync(path.join(root, "target", "readme-"));
  try {
    for (const [i, [, code]] of samples.entries()) {
      // An alternative stands in a comment: in a block of its own it does not clash with what it replaces.
      const alternatives = [...code.matchAll(/^\/\/ (const .*;)$/gm)].map(([, line]) => `{ ${line} }\n`);
      writeFileSync(path.join(folder, `sample-${i}.ts`), `${code}\n${alternatives.join("")}export {};\n`);
    }
    writeFileSync(path.join(folder, "app.d.ts"), "declare function render(session: unknown): void;\n");
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "es2022",
      module: "esnext",
      moduleResolution: "bundler",
      lib: ["es2022", "dom", "dom.iterable"],
      types: [],
    };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const tsc = [path.join(root, "node_modules/typescript/bin/tsc"), "--project", folder];
    const { status, stdout } = spawnSync(process.execPath, tsc, { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
