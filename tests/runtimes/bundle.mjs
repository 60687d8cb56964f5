// Bundles the suite against the built package the way a deployment does.
import { build } from "esbuild";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Writes `<dir>/worker.js` under these export conditions; gives the names of the wasm modules beside it. `x.wasm` stays an
 * import; `x.wasm?module` becomes the member of that name of the global `wasmModules`.
 */
export async function bundle(dir, conditions, { entry = "worker.mjs", format = "esm" } = {}) {
  const modules = new Set();
  const wasm = {
    name: "wasm",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.wasm(\?module)?$/ }, async ({ path: request, resolveDir }) => {
        const [source, suffix] = request.split("?");
        const file = path.basename(source);
        await copyFile(path.resolve(resolveDir, source), path.join(dir, file));
        modules.add(file);
        return suffix ? { path: file, namespace: "global" } : { path: `./${file}`, external: true };
      });
      onLoad({ filter: /.*/, namespace: "global" }, ({ path: file }) => ({
        contents: `export default globalThis.wasmModules[${JSON.stringify(file)}]`,
      }));
    },
  };
  await build({
    entryPoints: [path.join(here, entry)],
    outfile: path.join(dir, "worker.js"),
    bundle: true,
    format,
    target: "es2022",
    conditions,
    external: ["cloudflare:workers"],
    plugins: [wasm],
    logLevel: "warning",
    logOverride: { "ignored-bare-import": "silent" },
  });
  return [...modules];
}
