// `cargo xtask bench endpoints`: refreshes over each store, beside oidc-provider's own grant and express-openid-connect, in turns
// in one run; then the stores with ever more sessions. Writes bench/results/endpoints.json, .md and .svg with --record.
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stack, all } from "./contenders.mjs";
import { grow } from "./growth.mjs";
import { ASKING, MEASURED, runOn } from "./machine.mjs";
import { plot } from "./plot.mjs";
import { document, summarise } from "./report.mjs";
import { take } from "./rounds.mjs";

const HELP = `cargo xtask bench endpoints [options]
  --rounds N   measured rounds (default 9)
  --most N     the most sessions that a store is filled with (default 1000000)
  --quick      few short rounds and 1,000 sessions at most: only whether everything runs
  --record     writes bench/results/endpoints.*`;
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    most: { type: "string", default: "1000000" },
    quick: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
const { quick } = values;
const plan = {
  rounds: quick ? 2 : Number(values.rounds),
  milliseconds: quick ? 200 : 1000,
  // Enough to keep one core busy; many at once; and few on sessions that are many.
  clients: { throughput: 16, crowd: 200, growth: 10 },
  sizes: [10, 1000, 10_000, 100_000, 1_000_000].filter(
    (size) => size <= (quick ? 1000 : Number(values.most)),
  ),
};

// Each server has one, to be stopped if this process is.
process.setMaxListeners(40);
const start = performance.now();
const say = (text) =>
  console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);

/** Runs the work on servers that share one core; who asks has the other. */
async function on(work) {
  const stack = new Stack();
  try {
    runOn(MEASURED);
    return await work(stack, () => runOn(ASKING));
  } finally {
    await stack.stop();
  }
}

const contenders = await on(async (stack, started) => {
  say("starting all servers, beginning the sessions");
  const contenders = await all(stack, plan.clients.crowd);
  started();
  return take(contenders, plan, say);
});
const growth = await on((stack, started) => grow(stack, started, plan, say));

const result = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
  node: process.version,
  ...{ plan, seconds: Math.round((performance.now() - start) / 1000) },
  ...summarise(contenders, growth),
};
const text = document(result);
console.log(text);
if (values.record) {
  const file = (type) => fileURLToPath(new URL(`../results/endpoints.${type}`, import.meta.url));
  await writeFile(file("json"), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(file("md"), text);
  await writeFile(file("svg"), plot(result));
}
say("done");
