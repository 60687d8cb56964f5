// What fits `issuer` by type, and what does not.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

test("a host's functions fit; no redirect from a refresh, no half user, no storage without compare-and-swap", async () => {
  const typescript = path.dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const project = fileURLToPath(new URL("types", import.meta.url));
  const parameters = [path.join(typescript, "bin/tsc"), "--project", project];
  await promisify(execFile)(process.execPath, parameters).catch((error) => {
    throw new Error(error.stdout || error.message);
  });
});
