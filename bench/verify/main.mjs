// `cargo xtask bench verify`: Strongroom beside other verifiers, on the same tokens with the same checks, all in turns in one run a
// runtime. Writes bench/results/verify.json, .md and .svg; a runtime that is not measured keeps its last result.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { growth } from "./growth.mjs";
import { growthPlot, growthTable } from "./growth-plot.mjs";
import { table } from "./report.mjs";
import { plot } from "./plot.mjs";
import { besidePlainCrates, plainTable } from "./plain.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { startInWorkerd, warmMemory } from "./start.mjs";
import { NAMES, SIZES, makeCase } from "./workload.mjs";

const HELP = `cargo xtask bench verify [options]
  --runtime NAME   ${Object.keys(RUNTIMES).join(", ")}; may be given more than once (default: all)
  --alg NAME       ${NAMES.join(", ")}; may be given more than once (default: all)
  --only PART      runtimes (beside others), growth, start (and memory), wasm (beside the plain crates); may be given more than once (default: all)
  --rounds N       measured rounds a case (default 5)
  --out FOLDER     where the results go (default bench/results)
  --check          one small round, nothing is written: only whether everything runs`;

const PARTS = ["runtimes", "growth", "start", "wasm"];

const { values } = parseArgs({
  options: {
    runtime: { type: "string", multiple: true, default: Object.keys(RUNTIMES) },
    alg: { type: "string", multiple: true, default: NAMES },
    only: { type: "string", multiple: true, default: PARTS },
    rounds: { type: "string", default: "5" },
    out: { type: "string", default: fileURLToPath(new URL("../results", import.meta.url)) },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
for (const [given, known] of [
  [values.runtime, Object.keys(RUNTIMES)],
  [values.alg, NAMES],
  [values.only, PARTS],
]) {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown) throw new Error(`there is no ${unknown}; there are: ${known.join(", ")}`);
}

const rounds = values.check ? 1 : Number(values.rounds);
// One token more than is measured: the first proves that the subject works.
const tokens = values.check ? { cold: 6, warm: 6 } : { cold: 101, warm: 1001 };
const plan = { cold: { mode: "cold", rounds, repeat: 1 }, warm: { mode: "warm", rounds, repeat: 2 } };

const has = (part) => values.only.includes(part);
console.error("signing the tokens");
const algorithms = has("runtimes") ? values.alg : [];
const cases = algorithms.flatMap((alg) => SIZES.map((size) => makeCase(alg, size, tokens.warm)));
/** workerd is timed from outside: what an empty request that is taken off leaves of a request's own cost, up to a millisecond, is shared by more tokens. */
const onWorkerd = values.check ? tokens : { ...tokens, cold: 401 };
const taker = (name) => (given, mode) => ({
  ...given,
  tokens: given.tokens.slice(0, (name === "workerd" ? onWorkerd : tokens)[mode]),
});

const file = path.join(values.out, "verify.json");
const last = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
const results = { ...last.runtimes };
const dir = await mkdtemp(path.join(tmpdir(), "strongroom-bench-"));
let { growth: grown, start, memory, wasm } = last;
try {
  for (const name of has("runtimes") ? values.runtime : []) {
    console.error(`measuring on ${name}`);
    const start = Date.now();
    const { version, rows } = await RUNTIMES[name]({ dir, cases, plan, take: taker(name) });
    results[name] = { version, rounds, rows: rows.map(summary) };
    console.error(`  ${((Date.now() - start) / 1000).toFixed(0)} s`);
  }
  if (has("growth")) {
    console.error("measuring how the cost grows");
    grown = await growth({ check: values.check, rounds });
  }
  if (has("start")) {
    console.error("measuring start and memory");
    start = await startInWorkerd(dir, { rounds: values.check ? 1 : 15 });
    memory = warmMemory();
  }
  if (has("wasm")) {
    console.error("measuring wasm beside the plain crates");
    wasm = (await besidePlainCrates({ check: values.check, rounds })) ?? wasm;
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** Medians, and the middle half as the spread. */
function summary({ alg, size, length, mode, samples, missing }) {
  const subjects = Object.entries(samples).map(([name, values]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const round = (number) => Number(number.toPrecision(4));
    return [name, { median: round(at(0.5)), low: round(at(0.25)), high: round(at(0.75)) }];
  });
  return { alg, size, length, mode, subjects: Object.fromEntries(subjects), missing };
}

const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
  unit: "microseconds a token",
  tokens: { cold: tokens.cold - 1, coldOnWorkerd: onWorkerd.cold - 1, warm: tokens.warm - 1 },
  runtimes: results,
  growth: grown,
  start,
  memory,
  wasm,
};
/** The whole in Markdown, of these runtimes. */
const written = (names) => [table(report, names), ...extras()].join("\n");
console.log(written(has("runtimes") ? values.runtime : []));
if (!values.check) {
  await mkdir(values.out, { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(path.join(values.out, "verify.md"), written(Object.keys(report.runtimes)));
  await writeFile(path.join(values.out, "verify.svg"), plot(report));
  if (grown) await writeFile(path.join(values.out, "verify-growth.svg"), growthPlot(grown, report));
}

function extras() {
  const lines = wasm ? plainTable(wasm) : [];
  if (grown) {
    lines.push(
      "## As work grows",
      "",
      "On Node, `verifySync`; microseconds a token, median (middle half).",
      "",
    );
    lines.push(...growthTable(grown));
  }
  if (start?.moreThanEmpty) {
    const told = (name) => {
      const { median, low, high } = start[name];
      return `${median.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`;
    };
    lines.push(
      "## Start",
      "",
      "workerd, from the start of its process to the first answer. The more is that of each pair, so it is not the difference of the medians.",
      "",
      "| worker | | more than the empty one | more than the one that carries |",
      "|---|---|---|---|",
      `| empty | ${told("empty")} | | |`,
      `| empty, and carries the files of \`strongroom/edge\` as data | ${told("carrying")} | | |`,
      `| verifies its first token, \`strongroom/edge\` | ${told("strongroom")} | ${told("moreThanEmpty")} | ${told("moreThanCarrying")} |`,
      `| verifies its first token, \`strongroom/edge/small\` | ${told("small")} | ${told("smallMoreThanEmpty")} | |`,
      "",
    );
  }
  if (memory) {
    lines.push(
      "## Memory",
      "",
      `A verifier on Node that remembers 1,000 tokens of 550 bytes, \`engine: "wasm"\`: ${memory.javascript} KiB of JavaScript's memory;`,
    );
    lines.push(`the wasm's memory, for all verifiers together, ${memory.wasm} KiB.`, "");
  }
  return lines;
}
