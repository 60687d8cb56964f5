// `cargo xtask bench verify`: Strongroom beside other verifiers, on the same tokens with the same checks, all in turns in one run a
// runtime. Writes bench/results/verify.json, .md and .svg; a runtime that is not measured keeps its last result.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { table } from "./report.mjs";
import { plot } from "./plot.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { NAMES, SIZES, makeCase } from "./workload.mjs";

const HELP = `cargo xtask bench verify [options]
  --runtime NAME   ${Object.keys(RUNTIMES).join(", ")}; may be given more than once (default: all)
  --alg NAME       ${NAMES.join(", ")}; may be given more than once (default: all)
  --rounds N       measured rounds a case (default 7)
  --out FOLDER     where the results go (default bench/results)
  --check          one small round, nothing is written: only whether everything runs`;

const { values } = parseArgs({
  options: {
    runtime: { type: "string", multiple: true, default: Object.keys(RUNTIMES) },
    alg: { type: "string", multiple: true, default: NAMES },
    rounds: { type: "string", default: "7" },
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
]) {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown) throw new Error(`there is no ${unknown}; there are: ${known.join(", ")}`);
}

const rounds = values.check ? 1 : Number(values.rounds);
// One token more than is measured: the first proves that the subject works.
const tokens = values.check ? { cold: 6, warm: 6 } : { cold: 101, warm: 1001 };
const plan = { cold: { mode: "cold", rounds, repeat: 1 }, warm: { mode: "warm", rounds, repeat: 2 } };

console.error("signing the tokens");
const cases = values.alg.flatMap((alg) => SIZES.map((size) => makeCase(alg, size, tokens.warm)));
const take = (given, mode) => ({ ...given, tokens: given.tokens.slice(0, tokens[mode]) });

const file = path.join(values.out, "verify.json");
const last = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
const results = { ...last.runtimes };
const dir = await mkdtemp(path.join(tmpdir(), "strongroom-bench-"));
try {
  for (const name of values.runtime) {
    console.error(`measuring on ${name}`);
    const start = Date.now();
    const { version, rows } = await RUNTIMES[name]({ dir, cases, plan, take });
    results[name] = { version, rows: rows.map(summary) };
    console.error(`  ${((Date.now() - start) / 1000).toFixed(0)} s`);
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
  rounds,
  tokens: { cold: tokens.cold - 1, warm: tokens.warm - 1 },
  runtimes: results,
};
console.log(table(report, values.runtime));
if (!values.check) {
  await mkdir(values.out, { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(path.join(values.out, "verify.md"), table(report, Object.keys(report.runtimes)));
  await writeFile(path.join(values.out, "verify.svg"), plot(report));
}
