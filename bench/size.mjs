// Raw, gzip and brotli size of everything that ships. Run through `cargo xtask size`; fails when a budget is exceeded.
import { buildSync } from "esbuild";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const pkg = fileURLToPath(new URL("../pkg", import.meta.url));
const dist = path.join(pkg, "dist");

/** A file and every chunk it imports, as a browser or a bundler would load them. */
function withChunks(entry, seen = new Set()) {
  const file = path.join(dist, entry);
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, "utf8");
  for (const [, specifier] of source.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
    withChunks(path.relative(dist, path.resolve(path.dirname(file), specifier)), seen);
  }
  return seen;
}

const sum = (files) => {
  const contents = [...files].map((file) => readFileSync(file));
  const total = (size) => contents.reduce((bytes, content) => bytes + size(content), 0);
  return {
    raw: total((content) => content.length),
    gzip: total((content) => gzipSync(content, { level: 9 }).length),
    brotli: total((content) => brotliCompressSync(content).length),
  };
};

/** What a file and its chunks load only once they need it. */
const later = (files) =>
  [...files].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/import\("(\.[^"]+\.js)"\)/g)].map(([, specifier]) =>
      path.resolve(path.dirname(file), specifier),
    ),
  );

/**
 * Gzip budgets in KiB. The page side is what every visitor downloads; the whole vault is all that any of them may. They are near to what is
 * there, since cargo leaves out link-time optimisation without a word: nothing else would tell.
 */
const budgets = {
  "page side (strongroom)": 5,
  "whole vault (page + worker with wasm)": 42,
  "verifier's JavaScript in a Worker": 8.4,
  "of which glue to the wasm": 5,
  "verifier in a Worker (strongroom/edge/small)": 57,
  "verifier in a Worker (strongroom/edge)": 115,
};

/** What a bundle has of JavaScript that is asked for in this way. */
function bundled(contents, resolveDir) {
  const dir = mkdtempSync(path.join(tmpdir(), "strongroom-size-"));
  buildSync({
    stdin: { contents, resolveDir },
    outfile: path.join(dir, "worker.js"),
    bundle: true,
    minify: true,
    format: "esm",
    external: ["cloudflare:workers", "*.wasm"],
    logLevel: "error",
  });
  process.on("exit", () => rmSync(dir, { recursive: true }));
  return path.join(dir, "worker.js");
}

/** The package's JavaScript in a Worker that verifies tokens and does nothing else. */
const verifierAlone = (subpath) => bundled(`export { createVerifier } from "./${subpath}.workerd.js";`, dist);

/** Of that, what is there for the wasm's sake: the bindings, the start, and how a token gets in and an answer out. The rest works. */
const glue = () =>
  bundled(
    `export { lazyCore } from "./core.ts"; export { Exchange } from "./exchange.ts"; export { lazySignatures } from "./signatures.ts";`,
    path.join(pkg, "src/edge"),
  );

const page = withChunks("index.js");
const named = (name) => later(page).filter((file) => path.basename(file).startsWith(name));
const [socket, advice] = [named("socket-"), named("advice-")];
const worker = path.join(dist, "vault.worker.js");
const core = path.join(dist, "edge_bg.wasm");
const signatures = path.join(dist, "signatures_bg.wasm");
const [small, full] = ["edge.small", "edge"].map(verifierAlone);
const rows = [
  ...["vault", "edge", "signatures", "session"].map((name) => [
    `wasm artifact ${name}`,
    [path.join(pkg, "wasm", name, `${name}_bg.wasm`)],
  ]),
  ["page side (strongroom)", page],
  ["worker with wasm (vault.worker.js)", [worker]],
  ["page side of vault.socket, loaded on first use", socket],
  ["advice to developers, loaded on loopback and when the frame is silent", advice],
  ["whole vault (page + worker with wasm)", [...page, ...socket, worker]],
  ["verifier's JavaScript in a Worker", [small]],
  ["of which glue to the wasm", [glue()]],
  ["verifier in a Worker (strongroom/edge/small)", [small, core]],
  ["verifier in a Worker (strongroom/edge)", [full, core, signatures]],
  ...readdirSync(dist, { recursive: true })
    .filter((name) => /^(?!chunks|index\.js|vault\.worker).*\.js$/.test(name))
    .sort()
    .map((name) => [`dist/${name} with its chunks`, withChunks(name)]),
];

const width = Math.max(...rows.map(([name]) => name.length));
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(11);
console.log(
  `${"".padEnd(width)} ${"raw".padStart(11)} ${"gzip".padStart(11)} ${"brotli".padStart(11)}  budget`,
);
for (const [name, files] of rows) {
  const { raw, gzip, brotli } = sum(files);
  const budget = budgets[name];
  const over = budget !== undefined && gzip > budget * 1024;
  const verdict = budget === undefined ? "" : `${budget} KiB gzip${over ? ": EXCEEDED" : ""}`;
  console.log(`${name.padEnd(width)} ${kib(raw)} ${kib(gzip)} ${kib(brotli)}  ${verdict}`);
  if (over) process.exitCode = 1;
}
