// Bundles the suite against the built package the way a deployment does.
import { build } from "esbuild";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/** Writes `<dir>/worker.js` under these export conditions; gives the names of the wasm modules beside it. */
export async function bundle(dir, conditions) {
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
    entryPoints: [path.join(here, "worker.mjs")],
    outfile: path.join(dir, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions,
    external: ["cloudflare:workers"],
    plugins: [wasm],
    logLevel: "warning",
    logOverride: { "ignored-bare-import": "silent" },
  });
  return [...modules];
}
