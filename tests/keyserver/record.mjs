// Writes the comparison into bench/results/keyserver.{json,md}. Run: node tests/keyserver/record.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import pkg from "jose/package.json" with { type: "json" };
import { LIBRARIES, compare } from "./compare.mjs";

const MEANING = {
  down: "warm, then the connection is torn down: a call every 30 s for 2 h",
  errors: "warm, then 500: a call every 30 s for 2 h",
  slow: "warm and stale, then an answer that stops after a byte: 50 calls at once",
  rubbish: "warm, then HTML: a call every 30 s for 2 h",
  huge: "warm and stale, then 64 MiB of blanks: 50 calls at once",
  redirecting: "cold, redirected to another's keys, another's tokens (a success is a wrong accept)",
  "wrong content type": "cold, good keys as text/html",
  rotated: "20 rotations an hour apart, 5 calls after each",
  "1,000 keys": "1,000 keys, a token of each",
  "forged kids while rotating":
    "100 forged key ids a second for a minute, a true rotation after 20 s, a call a second",
};

const results = await compare();
const kib = (bytes) => `${Math.round(bytes / 1024).toLocaleString("en")} KiB`;
const cell = ({ calls, successes, fetches, memory }) => [`${successes} of ${calls}`, fetches, kib(memory)];
const rows = Object.entries(results).map(([fault, by]) =>
  [`**${fault}**: ${MEANING[fault]}`, ...LIBRARIES.flatMap((library) => cell(by[library]))].join(" | "),
);
const forged = results["forged kids while rotating"];
const table = `# Key server faults

Over TLS, on Node ${process.versions.node}, beside jose ${pkg.version}'s \`createRemoteJWKSet\` with its defaults; each cell a process of
its own; hours pass on a moved clock. Memory is heap, buffers and wasm after a collection, at the end. Made by
\`node tests/keyserver/record.mjs\`; \`cargo xtask test keyserver\` asserts the counts.

| fault | Strongroom: successes | fetches | memory | jose: successes | fetches | memory |
|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join("\n")}

Sent by the server in the huge answer before the reader gave up: Strongroom ${kib(results.huge.strongroom.bytesSent)}, jose ${kib(results.huge.jose.bytesSent)}.
Memory that 20,000 more forged key ids left behind: Strongroom ${kib(forged.strongroom.growthFromForged)}, jose ${kib(forged.jose.growthFromForged)}.
`;
const folder = new URL("../../bench/results/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("keyserver.json", folder), `${JSON.stringify(results, null, 2)}\n`);
writeFileSync(new URL("keyserver.md", folder), table);
console.log(table);
