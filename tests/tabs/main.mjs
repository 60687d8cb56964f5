// One run with a seed of your choice, against the package as it was last built:
//   node tests/tabs/main.mjs --engine chromium --tabs 20 --seconds 240 --seed 7 [--strict] [--json]
// `--strict` shuts the rotation's windows: people are logged out, which shows that a run can fail.
import { parseArgs } from "node:util";
import { describe, run } from "./run.mjs";
import { STRICT } from "./stack.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "chromium" },
    tabs: { type: "string", default: "20" },
    seconds: { type: "string", default: "240" },
    seed: { type: "string", default: "1" },
    strict: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const { engine, tabs, seconds, seed, strict, json } = values;
const result = await run({
  engine,
  tabs: Number(tabs),
  seconds: Number(seconds),
  seed,
  ...(strict ? { timing: STRICT } : {}),
});
console.log(json ? JSON.stringify(result, null, 2) : describe(result));
process.exitCode = result.ended.length + result.loggedOut.length + result.gaveUp.length > 0 ? 1 : 0;
