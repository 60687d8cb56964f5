// `cargo xtask bench vault`: `vault.fetch` beside plain `fetch` in the same page, and beside other SDKs that bring tokens,
// all in turns in one run for each engine. Writes bench/results/vault.json and .md.
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ENGINES } from "../../tests/engines/index.mjs";
import { measure } from "./browser.mjs";
import { document, summarise } from "./report.mjs";
import { start } from "./servers.mjs";

const HELP = `cargo xtask bench vault [options]
  --engine NAME    ${ENGINES.join(", ")}; may be given more than once (default: all)
  --scale N        this share of the rounds (default 1)
  --quick          a few rounds with little data: only to see that all of it runs; writes nothing
  --only TEXT      only the kinds of request whose name contains it
  --dry            print, write nothing`;
const { values } = parseArgs({
  options: {
    engine: { type: "string", multiple: true, default: ENGINES },
    scale: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    dry: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}

const { quick } = values;
const dry = values.dry || quick;
const scale = quick ? 0.02 : Number(values.scale);
const rounds = (full) => Math.max(3, Math.round(full * scale));
const pair = ["fetch", "vault", "fetch again"];
const kinds = [
  { kind: "small", names: [...pair, "auth0"], rounds: rounds(2000), blocks: 10 },
  { kind: "json", names: [...pair, "auth0"], rounds: rounds(15), blocks: rounds(15) },
  ...["download, as a stream", "download, as a whole", "upload of a Blob", "upload of an ArrayBuffer"].map(
    (kind) => ({ kind, names: pair, rounds: rounds(15), blocks: rounds(15) }),
  ),
].filter(({ kind }) => kind.includes(values.only));
const plan = {
  kinds,
  megabytes: quick ? 10 : 100,
  parallel: quick ? 100 : 1000,
  // Chromium opens 100 streams of a connection at most, where the server names no number.
  open: values.only ? 0 : quick ? 20 : 80,
  /** A kind is over after so many milliseconds, if it has had the least number of rounds: an engine may be slow. */
  limit: 30_000,
  least: 5,
};

const file = (type) => fileURLToPath(new URL(`../results/vault.${type}`, import.meta.url));
const last = JSON.parse(await readFile(file("json"), "utf8").catch(() => "{}"));
const engines = dry ? {} : { ...last.engines };
const servers = await start();
try {
  for (const engine of values.engine) engines[engine] = summarise(await measure(engine, servers, plan));
} finally {
  servers.close();
}
const result = {
  machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
  node: process.version,
  megabytes: plan.megabytes,
  engines,
};
const text = document(result);
console.log(text);
if (!dry) {
  await writeFile(file("json"), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(file("md"), text);
}
process.exit(); // connections that a browser left open
