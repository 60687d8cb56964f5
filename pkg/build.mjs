// Builds pkg/dist from pkg/src and pkg/wasm. Run through `cargo xtask build`, which makes pkg/wasm first.
import zopfli from "@gfx/zopfli";
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const from = (name) => path.join(root, "src", name);
const dist = path.join(root, "dist");

/**
 * `x.wasm?base64` becomes a string inside the bundle, and so does `x.wasm?deflate`, which is compressed first: base64 in
 * between spoils what the web server's compression finds. Any other wasm import is left for the runtime.
 */
const wasm = {
  name: "wasm",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?base64$/ }, ({ path: request, resolveDir }) => ({
      path: path.resolve(resolveDir, request.replace(/\?base64$/, "")),
      namespace: "wasm-base64",
    }));
    onLoad({ filter: /.*/, namespace: "wasm-base64" }, async ({ path: file }) => ({
      contents: (await readFile(file)).toString("base64"),
      loader: "text",
    }));
    onResolve({ filter: /\.wasm\?deflate$/ }, ({ path: request, resolveDir }) => ({
      path: path.resolve(resolveDir, request.replace(/\?deflate$/, "")),
      namespace: "wasm-deflate",
    }));
    onLoad({ filter: /.*/, namespace: "wasm-deflate" }, async ({ path: file }) => ({
      contents: Buffer.from(await zopfli.deflateAsync(await readFile(file), {})).toString("base64"),
      loader: "text",
    }));
    onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path: request }) => ({
      path: `./${path.basename(request)}`,
      external: true,
    }));
  },
};

/** The worker's finished source, as a string, for `strongroom/inline`. */
const workerSource = {
  name: "worker-source",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:worker-source$/ }, () => ({ path: "worker", namespace: "worker-source" }));
    onLoad({ filter: /.*/, namespace: "worker-source" }, async () => ({
      contents: await readFile(path.join(dist, "vault.worker.js"), "utf8"),
      loader: "text",
    }));
  },
};

const common = {
  bundle: true,
  outdir: dist,
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [wasm, workerSource],
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

// One self-contained file, no imports inside, runnable as a module and as a classic script.
await build({ ...common, entryPoints: { "vault.worker": from("worker.ts") }, format: "iife" });

// Entry points share their chunks, so that an error class is the same class from every subpath that one program can use. What
// lives elsewhere, on the isolated vault's origin or on a server, shares none: cut in pieces, the same bytes compress worse.
const stores = ["memory", "sqlite", "d1", "postgres", "redis", "durable-object", "testing"];
const servers = [
  "edge",
  "edge.workerd",
  "edge.light",
  "edge.small",
  "edge.small.workerd",
  "edge.small.light",
  "keys",
];
servers.push("endpoints", "endpoints.workerd", "endpoints.light", ...stores.map((name) => `stores/${name}`));
for (const entries of [["index", "inline"], ["host"], ["events"], servers]) {
  await build({
    ...common,
    entryPoints: Object.fromEntries(entries.map((name) => [name, from(`${name}.ts`)])),
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    external: ["oauth4webapi", "cloudflare:workers"],
  });
}

for (const artifact of ["edge", "signatures", "session"]) {
  const file = `${artifact}_bg.wasm`;
  await copyFile(path.join(root, "wasm", artifact, file), path.join(dist, file));
}

// TypeScript 7's package has no JavaScript API: its compiler is run as a program.
const typescript = path.dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
const tsc = [path.join(typescript, "bin", "tsc"), "--project", root];
process.exitCode = spawnSync(process.execPath, tsc, { stdio: "inherit" }).status ?? 1;
