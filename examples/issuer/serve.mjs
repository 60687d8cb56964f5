// The page's scripts, and plain handlers on Node's http.
import { copyFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";

const folder = path.dirname(fileURLToPath(import.meta.url));
/** Larger bodies are no business of this application. */
const MOST_BYTES = 64 * 1024;

/** Bundles `page/` into `dist/`, with the vault's worker beside it. */
export async function build() {
  const entries = ["main", "signin"].map((name) => path.join(folder, "page", `${name}.js`));
  const dist = path.join(folder, "dist");
  await bundle({
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });
  const worker = fileURLToPath(import.meta.resolve("strongroom/worker"));
  if (!existsSync(worker)) throw new Error("the package is not built: run `cargo xtask build` first");
  copyFileSync(worker, path.join(dist, "vault.worker.js"));
}

/** Serves one origin on a port of this machine; gives the server. */
export async function serve(port, origin, handler) {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const response = await handler(await requestOf(incoming, origin));
      outgoing.writeHead(response.status, headersOf(response));
      if (response.body) Readable.fromWeb(response.body).pipe(outgoing);
      else outgoing.end();
    } catch (error) {
      console.error(error);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    }
  });
  await new Promise((resolve) => server.listen(port, "localhost", resolve));
  return server;
}

async function requestOf(incoming, origin) {
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, [value].flat().join(", "));
  const body = size > 0 && size <= MOST_BYTES ? { body: Buffer.concat(chunks) } : {};
  // The address is ours, not what the request's Host says.
  return new Request(origin + incoming.url, { method: incoming.method, headers, ...body });
}

function headersOf(response) {
  const headers = {};
  for (const [name, value] of response.headers) headers[name] = value;
  const cookies = response.headers.getSetCookie();
  return cookies.length > 0 ? { ...headers, "set-cookie": cookies } : headers;
}
