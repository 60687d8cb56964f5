// What a verifier costs before it is of use: a worker's start in workerd, from its process to the first claim, beside an empty worker's;
// and the memory of one that is warm, on Node.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { middle } from "./growth.mjs";
import { makeCase } from "./workload.mjs";
import { BINARY, bundleWorker, freePort } from "./workerd.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** Milliseconds from the start of the process to the first answer, for both workers in turns: `{ empty, strongroom, difference }`. */
export async function startInWorkerd(dir, { rounds = 15 } = {}) {
  const given = makeCase("ES256", 550, 1);
  const { jwks, tokens } = given;
  await writeFile(
    path.join(dir, "first-claim.mjs"),
    `import { createVerifier } from "strongroom/edge";
const verifier = createVerifier({ issuer: "https://issuer.example", audience: "https://api.example", algorithms: ["ES256"],
  keys: { jwks: ${JSON.stringify(jwks)} } });
export default {
  async fetch() {
    return new Response((await verifier.verify(${JSON.stringify(tokens[0])})).claims.sub);
  },
};`,
  );
  await writeFile(
    path.join(dir, "empty.mjs"),
    'export default { fetch: async () => new Response("user-0") };',
  );
  const samples = { empty: [], strongroom: [], difference: [] };
  const workers = {};
  for (const [name, entry] of [
    ["empty", "empty.mjs"],
    ["strongroom", "first-claim.mjs"],
  ]) {
    const folder = path.join(dir, `start-${name}`);
    workers[name] = { folder, config: await bundleWorker(path.join(dir, entry), folder) };
  }
  for (let round = -1; round < rounds; round++) {
    const times = {};
    for (const name of round % 2 ? ["empty", "strongroom"] : ["strongroom", "empty"])
      times[name] = await firstAnswer(workers[name]);
    if (round < 0) continue;
    samples.empty.push(times.empty);
    samples.strongroom.push(times.strongroom);
    samples.difference.push(times.strongroom - times.empty);
  }
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, middle(values)]));
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
