// What a verifier costs before it is of use: a worker's start in workerd, from its process to the first claim, beside an empty worker's;
// and the memory of one that is warm, on Node.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { middle } from "./growth.mjs";
import { makeCase } from "./workload.mjs";
import { BINARY, bundleWorker, freePort } from "./workerd.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Milliseconds from the start of the process to the first answer, of all workers in turns: one that is empty; one that is empty and has the
 * verifier's files beside it as data, since reading them is the configuration's time and not the module's; and those that verify
 * their first token. `{ empty, carrying, strongroom, small, moreThanEmpty, moreThanCarrying, smallMoreThanEmpty }`.
 */
export async function startInWorkerd(dir, { rounds = 15 } = {}) {
  const given = makeCase("ES256", 550, 1);
  const { jwks, tokens } = given;
  const empty = 'export default { fetch: async () => new Response("user-0") };';
  const verifying = (subpath) => `import { createVerifier } from "strongroom/${subpath}";
const verifier = createVerifier({ issuer: "https://issuer.example", audience: "https://api.example", algorithms: ["ES256"],
  keys: { jwks: ${JSON.stringify(jwks)} } });
export default {
  async fetch() {
    return new Response((await verifier.verify(${JSON.stringify(tokens[0])})).claims.sub);
  },
};`;
  const workers = {};
  for (const [name, code, isCarrying] of [
    ["strongroom", verifying("edge")],
    ["small", verifying("edge/small")],
    ["carrying", empty, true],
    ["empty", empty],
  ]) {
    const entry = path.join(dir, `start-${name}.mjs`);
    await writeFile(entry, code);
    const folder = path.join(dir, `start-${name}`);
    const data = isCarrying ? await copiesOf(workers.strongroom.folder, folder) : [];
    workers[name] = { folder, config: await bundleWorker(entry, folder, data) };
  }
  const names = Object.keys(workers);
  const samples = {};
  for (let round = -1; round < rounds; round++) {
    const times = {};
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round + 1) % names.length];
      times[name] = await firstAnswer(workers[name]);
    }
    if (round < 0) continue;
    times.moreThanEmpty = times.strongroom - times.empty;
    times.moreThanCarrying = times.strongroom - times.carrying;
    times.smallMoreThanEmpty = times.small - times.empty;
    for (const [name, time] of Object.entries(times)) (samples[name] ??= []).push(time);
  }
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, middle(values)]));
}

/** Puts a worker's files into another's folder, by names that are not code's. */
async function copiesOf(from, to) {
  await mkdir(to, { recursive: true });
  const files = (await readdir(from)).filter((file) => /\.(js|wasm)$/.test(file));
  for (const file of files) await copyFile(path.join(from, file), path.join(to, `${file}.bin`));
  return files.map((file) => `${file}.bin`);
}

async function firstAnswer({ folder, config }) {
  const port = await freePort();
  const file = path.join(folder, "start.capnp");
  await writeFile(file, config(port));
  const start = performance.now();
  const child = spawn(BINARY, ["serve", file], { stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "exit");
  try {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (response) {
        const answer = await response.text();
        if (!answer.startsWith("user-")) throw new Error(`the worker answered ${response.status}`);
        return performance.now() - start;
      }
      if (child.exitCode !== null) throw new Error("workerd does not start");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** KiB of a verifier on Node that remembers a thousand tokens of 550 bytes: `{ javascript, wasm }`. */
export function warmMemory() {
  const printed = execFileSync(process.execPath, ["--expose-gc", path.join(here, "memory.mjs")], {
    encoding: "utf8",
  });
  return JSON.parse(printed);
}
