// Starts each runtime and gives back what was measured in it: `{ version, rows: [{ alg, size, length, mode, samples, missing }] }`.
import { build } from "esbuild";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../../tests/engines/index.mjs";
import { withoutNode } from "./without-node.mjs";
import { inWorkerd } from "./workerd.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const bin = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));

export const RUNTIMES = {
  node: (job) => script("node", process.execPath, [], job),
  deno: (job) => script("deno", path.join(bin, "deno"), ["run", "--quiet", "--no-lock", "--allow-all"], job),
  bun: (job) => script("bun", path.join(bin, "bun"), ["run"], job),
  workerd: inWorkerd,
  chromium: inChromium,
};

async function script(runtime, command, args, { dir, ...job }) {
  const outfile = path.join(dir, `${runtime}.mjs`);
  await build({
    entryPoints: [path.join(here, "script.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    // CommonJS among the peers asks for Node's modules by `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
    logOverride: { "ignored-bare-import": "silent" },
  });
  const host = await startHost(job, {});
  try {
    const child = spawn(command, [...args, outfile, host.origin, runtime], { stdio: "inherit" });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`${runtime} ended with ${code}`);
  } finally {
    await host.stop();
  }
  const version = execFileSync(command, ["--version"], { encoding: "utf8" }).split("\n")[0];
  return { version, rows: host.rows };
}

async function inChromium({ dir, ...job }) {
  const outfile = path.join(dir, "chromium.js");
  await build({
    entryPoints: [path.join(here, "run.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "browser",
    plugins: [withoutNode],
    logLevel: "warning",
    logOverride: { "ignored-bare-import": "silent" },
  });
  const host = await startHost(job, { "/run.js": outfile });
  const browser = await launch("chromium");
  try {
    const page = await (await browser.jar()).open(`${host.origin}/`);
    await page.evaluate(async () => {
      // The finer clock is for isolated pages.
      if (!crossOriginIsolated) throw new Error("the page is not isolated");
      const { run } = await import("/run.js");
      await run(location.origin, "chromium");
    });
  } finally {
    await browser.close();
    await host.stop();
  }
  return { version: `Chromium ${browser.version}`, rows: host.rows };
}

/** Hands cases out and takes results in. */
async function startHost({ cases, plan, take }, files) {
  const rows = [];
  const server = createServer(async (request, response) => {
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    const [, verb, index, mode] = request.url.split("/");
    if (request.url in files) {
      response.setHeader("content-type", "text/javascript");
      response.end(await readFile(files[request.url]));
    } else if (verb === "plan") {
      response.end(JSON.stringify({ ...plan, cases: cases.length }));
    } else if (verb === "case") {
      response.end(JSON.stringify(take(cases[index], mode)));
    } else if (verb === "result") {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { case: at, ...result } = JSON.parse(text);
      const { alg, size, length } = cases[at];
      rows.push({ alg, size, length, ...result });
      response.end();
    } else {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html>");
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { origin: `http://127.0.0.1:${server.address().port}`, rows, stop };
}
