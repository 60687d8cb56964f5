// Bundles the two workers against the installed package, as a user's build does, and writes the workerd configuration.
//   node www/workers/build.mjs stack.json      writes <dir>/stack.capnp and what it embeds
import { build } from "esbuild";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const stack = JSON.parse(await readFile(process.argv[2], "utf8"));
const { dir, ports, tls } = stack;

const site = await bundle("site");
const api = await bundle("api");
await mkdir(path.join(dir, "sessions"), { recursive: true });
// The configuration holds the stack's secrets.
await writeFile(path.join(dir, "stack.capnp"), configuration(), { mode: 0o600 });

/** One worker as a single module, and the names of the wasm modules that stay beside it. */
async function bundle(name) {
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
    entryPoints: [path.join(here, `${name}.mjs`)],
    outfile: path.join(dir, `${name}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd"],
    external: ["cloudflare:workers"],
    plugins: [wasm],
    logLevel: "warning",
    // The package's shared chunks have no side effects.
    logOverride: { "ignored-bare-import": "silent" },
  });
  const embedded = [...modules].map((file) => `(name = "${file}", wasm = embed "${file}")`);
  return [`(name = "${name}.js", esModule = embed "${name}.js")`, ...embedded].join(", ");
}

/** Workers know origins, not keys of the TLS socket. */
function configuration() {
  const { clients, origins, secrets, timing } = stack;
  const shared = `(name = "STACK", json = ${text(JSON.stringify({ origins, timing }))})`;
  const file = (name) => text(path.relative(dir, name));
  const socket = (name, port) => `(
      name = "${name}", address = "127.0.0.1:${port}", service = "${name}",
      https = (tlsOptions = (keypair = (privateKey = embed ${file(tls.key)}, certificateChain = embed ${file(tls.cert)})))
    )`;
  const folder = (name, where) =>
    `(name = "${name}", disk = (path = ${text(path.join(stack.site, "dist", where))}))`;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "site", worker = .site),
    (name = "api", worker = .api),
    ${folder("app-files", "app")},
    ${folder("vault-files", "vault")},
    (name = "sessions-disk", disk = (path = ${text(path.join(dir, "sessions"))}, writable = true)),
    # All that the workers can reach: the provider, known by the throw-away authority.
    (name = "provider", external = (
      address = "127.0.0.1:${ports.id}",
      https = (
        options = (),
        certificateHost = "${new URL(origins.id).hostname}",
        tlsOptions = (trustedCertificates = [embed ${file(tls.ca)}])
      )
    )),
  ],
  sockets = [
    ${socket("site", ports.site)},
    ${socket("api", ports.api)},
  ],
);

const site :Workerd.Worker = (
  modules = [${site}],
  compatibilityDate = "2026-10-23",
  globalOutbound = "provider",
  bindings = [
    ${shared},
    (name = "SECRETS", json = ${text(JSON.stringify(secrets))}),
    (name = "CLIENTS", json = ${text(JSON.stringify(clients))}),
    (name = "SESSIONS", durableObjectNamespace = "StrongroomSessions"),
    (name = "APP_FILES", service = "app-files"),
    (name = "VAULT_FILES", service = "vault-files"),
  ],
  durableObjectNamespaces = [(className = "StrongroomSessions", uniqueKey = "strongroom-demo", enableSql = true)],
  durableObjectStorage = (localDisk = "sessions-disk"),
);

const api :Workerd.Worker = (
  modules = [${api}],
  compatibilityDate = "2026-10-23",
  globalOutbound = "provider",
  bindings = [${shared}],
);
`;
}

/** A Cap'n Proto string. */
function text(value) {
  return JSON.stringify(value);
}
