// The measurement in workerd, timed from outside: one request runs many verifications, and an empty request is taken off.
import { build } from "esbuild";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { withoutNode } from "./without-node.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
export const BINARY = fileURLToPath(new URL("../../node_modules/workerd/bin/workerd", import.meta.url));

export async function inWorkerd({ dir, cases, plan, take }) {
  const { origin, stop } = await startWorkerd(dir);
  const ask = async (route, query = {}, body) => {
    const url = `${origin}${route}?${new URLSearchParams(query)}`;
    return (await fetch(url, body === undefined ? {} : { method: "POST", body })).text();
  };
  const timed = async (route, query) => {
    const start = performance.now();
    const answer = await ask(route, query);
    return [performance.now() - start, answer];
  };
  const empty = async () => {
    const times = [];
    for (let i = 0; i < 15; i++) times.push((await timed("/empty"))[0]);
    return times.sort((a, b) => a - b)[7];
  };
  const rows = [];
  try {
    for (const given of cases) {
      for (const mode of ["cold", "warm"]) {
        await ask("/case", {}, JSON.stringify(take(given, mode)));
        const names = JSON.parse(await ask("/subjects", { mode }));
        const [samples, missing] = [{}, {}];
        for (let round = -1; round < plan[mode].rounds; round++) {
          const here = names.filter((name) => !(name in missing));
          for (let i = 0; i < here.length; i++) {
            const name = here[(i + round + 1) % here.length];
            const answer = await ask("/start", { name, mode });
            if (answer !== "ok") {
              missing[name] = answer;
              continue;
            }
            const overhead = await empty();
            let [time, count] = [0, 0];
            for (let turn = 0; turn < plan[mode].repeat; turn++) {
              if (turn > 0) await ask("/refill");
              const [spent, verified] = await timed("/run", { name });
              time += spent - overhead;
              count += Number(verified);
            }
            if (!(count > 0)) throw new Error(`${name} verified nothing on workerd`);
            if (round >= 0) (samples[name] ??= []).push((time * 1000) / count);
          }
        }
        const { alg, size, length } = given;
        rows.push({ alg, size, length, mode, samples, missing });
      }
    }
  } finally {
    await stop();
  }
  return { version: execFileSync(BINARY, ["--version"], { encoding: "utf8" }).trim(), rows };
}

async function startWorkerd(dir) {
  const config = await bundleWorker(path.join(here, "worker.mjs"), dir);
  const port = await freePort();
  await writeFile(path.join(dir, "bench.capnp"), config(port));
  const child = spawn(BINARY, ["serve", path.join(dir, "bench.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(child, "exit");
  const origin = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const up = await fetch(origin).then(
      () => true,
      () => false,
    );
    if (up) return { origin, stop: () => (child.kill("SIGKILL"), ended) };
    if (attempt === 400 || child.exitCode !== null) throw new Error("workerd does not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Writes the worker and its wasm modules into a folder; gives the configuration by port, to be put there too. `data`: files of that folder
 * that the worker has beside it as bytes.
 */
export async function bundleWorker(entry, dir, data = []) {
  await mkdir(dir, { recursive: true });
  const modules = new Set();
  const wasm = {
    name: "wasm",
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, async ({ path: request, resolveDir }) => {
        const file = path.basename(request);
        await copyFile(path.resolve(resolveDir, request), path.join(dir, file));
        modules.add(file);
        return { path: `./${file}`, external: true };
      });
    },
  };
  await build({
    entryPoints: [entry],
    outfile: path.join(dir, "worker.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:workers"],
    nodePaths: [fileURLToPath(new URL("../../node_modules", import.meta.url))],
    plugins: [wasm, withoutNode],
    logLevel: "warning",
    logOverride: { "ignored-bare-import": "silent" },
  });
  const embedded = [...modules].map((file) => `(name = "${file}", wasm = embed "${file}")`);
  const bytes = data.map((file) => `(name = "${file}", data = embed "${file}")`);
  const listed = ['(name = "worker.js", esModule = embed "worker.js")', ...embedded, ...bytes].join(", ");
  return (port) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (modules = [${listed}], compatibilityDate = "2026-10-01");
`;
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
