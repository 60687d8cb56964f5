// Which engine is fastest for which algorithm on each runtime, by what `cargo xtask bench verify` has recorded, beside what
// pkg/src/edge/engine-table.ts says. Run: node bench/verify/engines.mjs; it fails where the table is slower by more than a tenth.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { outputFiles } = await build({
  entryPoints: [here("../../pkg/src/edge/engine-table.ts")],
  write: false,
  format: "esm",
});
const { TABLE } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const { runtimes } = JSON.parse(await readFile(here("../results/verify.json"), "utf8"));

/** By what was measured; HMAC is always the core's. */
const ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"];
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

let wrong = 0;
for (const [name, { rows }] of Object.entries(runtimes)) {
  const row = TABLE[name in TABLE ? name : "other"];
  const cold = rows.filter(({ mode, alg }) => mode === "cold" && ALGORITHMS.includes(alg));
  const time = (subjects, subject) => subjects[subject]?.median;
  // What a token costs besides its signature, where a native engine checked that.
  const native = cold.filter(({ alg }) => (row[alg] ?? row.otherwise) !== "wasm");
  const rest = Math.max(
    0,
    median(
      native.map(({ alg, subjects }) =>
        (row[alg] ?? row.otherwise) === "node"
          ? time(subjects, "strongroom sync") - time(subjects, "bare node:crypto")
          : time(subjects, "strongroom") - time(subjects, "bare WebCrypto"),
      ),
    ) || 0,
  );
  for (const alg of ALGORITHMS) {
    const of = cold.filter((row) => row.alg === alg);
    if (of.length === 0) continue;
    const mean = (subject, more) => {
      const times = of.map(({ subjects }) => time(subjects, subject));
      if (times.some((time) => time === undefined)) return Infinity;
      return times.reduce((sum, time) => sum + time, 0) / times.length + more;
    };
    const times = {
      node: mean("bare node:crypto", rest),
      web: mean("bare WebCrypto", rest),
      wasm: mean("strongroom sync, engine wasm", 0),
    };
    const [[best]] = Object.entries(times).sort(([, a], [, b]) => a - b);
    const chosen = row.later?.includes(alg) ? "wasm" : (row[alg] ?? row.otherwise);
    const isSlower = times[chosen] > 1.1 * times[best];
    const verdict = isSlower ? "SLOWER" : "ok";
    if (isSlower) wrong += 1;
    const told = Object.entries(times).map(([engine, time]) => `${engine} ${time.toFixed(0)}`);
    console.log(`${verdict}  ${name} ${alg}: ${chosen}; ${told.join(", ")} µs`);
  }
}
process.exit(wrong > 0 ? 1 : 0);
