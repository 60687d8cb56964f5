// Programs for other runtimes, bundled with the package as those runtimes resolve it.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Bundles a file beside this one. */
export async function bundle(name, outfile, conditions = []) {
  await bundleFile(fileURLToPath(new URL(name, import.meta.url)), outfile, conditions);
}

/** Bundles a file; wasm that its condition imports compiled is left outside, under its own name. */
export async function bundleFile(file, outfile, conditions = []) {
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
    conditions,
    external: ["bun:sqlite", "node:sqlite", "cloudflare:workers", "*.wasm"],
  });
}
