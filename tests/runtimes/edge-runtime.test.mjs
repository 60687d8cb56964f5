// The suite on Vercel's edge runtime: scripts without modules, wasm compiled by whoever deploys.
import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { suiteIn } from "./elsewhere.mjs";

const { version } = createRequire(import.meta.url)("edge-runtime/package.json");
const resolveDir = path.dirname(fileURLToPath(import.meta.url));
const ENTRY = `import worker from "./worker.mjs";
addEventListener("fetch", (event) => event.respondWith(worker.fetch(event.request)));`;

/** The suite as one script, and the compiled modules that its `?module` imports stand for. */
async function deploy() {
  const modules = {};
  const wasm = {
    name: "wasm",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path: request, resolveDir }) => ({
        path: path.resolve(resolveDir, request.replace(/\?module$/, "")),
        namespace: "module",
      }));
      onLoad({ filter: /.*/, namespace: "module" }, async ({ path: file }) => {
        const name = path.basename(file);
        modules[name] = await WebAssembly.compile(await readFile(file));
        return { contents: `export default modules[${JSON.stringify(name)}]` };
      });
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir },
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    conditions: ["edge-light"],
    plugins: [wasm],
    logLevel: "warning",
    logOverride: { "ignored-bare-import": "silent" },
  });
  if (Object.keys(modules).length === 0) throw new Error("the package was not resolved for the edge runtime");
  return { script: outputFiles[0].text, modules };
}

suiteIn(`edge-runtime ${version}`, async () => {
  const { script, modules } = await deploy();
  const runtime = new EdgeRuntime({
    extend: (context) => Object.assign(context, { modules }),
    initialCode: script,
  });
  return {
    ask: async (path) => (await runtime.dispatchFetch(`https://edge.example${path}`)).text(),
    stop: async () => {},
  };
});
