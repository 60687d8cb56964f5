// The suite on Bun, which finds the built package by itself.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../engines/child.mjs";
import { served, suiteIn } from "./elsewhere.mjs";

const manifest = createRequire(import.meta.url).resolve("bun/package.json");
const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));

suiteIn(`Bun ${createRequire(manifest)("./package.json").version}`, () => {
  const bun = path.join(path.dirname(manifest), "bin", "bun.exe"); // on every system
  const env = { ...process.env, BUN_CONFIG_NO_INSTALL: "1", DO_NOT_TRACK: "1", NO_COLOR: "1" };
  return served(start(bun, ["--no-install", "--port=0", worker], env));
});
