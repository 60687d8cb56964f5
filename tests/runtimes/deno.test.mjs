// The suite on Deno, which finds the built package by itself.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { start } from "../engines/child.mjs";
import { served, suiteIn } from "./elsewhere.mjs";

const require = createRequire(import.meta.url);
const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
const offline = ["--no-lock", "--no-remote", "--node-modules-dir=manual"];
const here = ["--host", "127.0.0.1", "--port", "0", "--allow-net"];

suiteIn(`Deno ${require("deno/package.json").version}`, () => {
  const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  return served(
    start(process.execPath, [require.resolve("deno/bin.cjs"), "serve", ...offline, ...here, worker], env),
  );
});
