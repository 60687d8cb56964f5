// The drivers' types fit the stores, and what cannot be a session store is refused by type.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

test("drivers fit, Workers KV and replicas of D1 do not", async () => {
  const typescript = path.dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const project = fileURLToPath(new URL("types", import.meta.url));
  const parameters = [path.join(typescript, "bin/tsc"), "--project", project];
  await promisify(execFile)(process.execPath, parameters).catch((error) => {
    throw new Error(error.stdout || error.message);
  });
});
