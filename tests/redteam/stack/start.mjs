// The real parts: endpoints, API and the isolated vault's page in workerd, an OpenID provider, and in front of them one TLS
// server that is also every page of the applications and every server of the attacker. What it forwards it reads: so the
// tests know each secret without a browser's help.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { connect, createServer as createPlainServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createProvider } from "../../../www/provider/provider.mjs";
import { interactions } from "../../../www/provider/interactions.mjs";
import { certificates } from "./certificates.mjs";
import { front } from "./front.mjs";
import { HOSTS, LOOKALIKES } from "./names.mjs";
import { publicProvider } from "./public-provider.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const here = path.join(root, "tests/redteam");

/**
 * Starts everything. `dist`: the built package, copied so that a build beside us changes nothing. `www`: the workers'
 * sources.
 */
export async function startStack({ dist = path.join(root, "pkg/dist"), www = path.join(root, "www") } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), "strongroom-redteam-"));
  const [frontPort, site, api] = await freePorts(3);
  const origins = Object.fromEntries(
    Object.entries(HOSTS).map(([name, host]) => [name, `https://${host}:${frontPort}`]),
  );
  const secret = () => randomBytes(32).toString("base64url");
  const stack = {
    dir,
    origins,
    ports: { site, api, id: frontPort },
    tls: certificates(dir, [...Object.values(HOSTS), ...LOOKALIKES]),
    accessTokenSeconds: 600,
    timing: undefined,
    secrets: [secret()],
    clients: {
      inpage: { id: "strongroom-inpage", secret: secret() },
      isolated: { id: "strongroom-isolated", secret: secret() },
    },
    resources: [
      { origin: origins.api, paths: ["/v1/"], audience: `${origins.api}/es256`, scope: "read" },
      { origin: origins.api, paths: ["/v2/"], audience: `${origins.api}/rs256`, scope: "read" },
      // One that may be redirected, for what becomes of the token then.
      {
        origin: origins.api,
        paths: ["/open/"],
        audience: `${origins.api}/es256`,
        scope: "read",
        redirects: true,
      },
    ],
    site: dir,
  };
  pages(stack, dist);
  writeFileSync(path.join(dir, "stack.json"), JSON.stringify(stack));
  const children = [];
  const server = createServer({ cert: readFileSync(stack.tls.cert), key: readFileSync(stack.tls.key) });
  const close = async () => {
    for (const child of children) child.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  };
  process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));
  try {
    const provider = await createProvider(stack);
    const open = await publicProvider(stack);
    const world = front(stack, {
      id: { answer: provider.callback(), pages: interactions(provider) },
      public: { answer: open.callback(), pages: interactions(open) },
    });
    server.on("request", world.handle);
    server.on("clientError", (_error, socket) => socket.destroy());
    server.listen(frontPort, "127.0.0.1");
    await once(server, "listening");
    const build = [path.join(www, "workers/build.mjs"), path.join(dir, "stack.json")];
    execFileSync(process.execPath, build, { stdio: "inherit", cwd: root });
    const workerd = path.join(root, "node_modules/workerd/bin/workerd");
    const serve = ["serve", path.join(dir, "stack.capnp")];
    children.push(spawn(workerd, serve, { stdio: ["ignore", "inherit", "inherit"] }));
    await listening(site);
    await listening(api);
    const hosts = [...Object.values(HOSTS), ...LOOKALIKES];
    const certificate = readFileSync(stack.tls.cert, "utf8");
    return { ...stack, hosts, certificate, world, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The isolated vault's page, as a user would write it, and the package beside the application's pages. */
function pages({ dir, origins, resources }, dist) {
  const vault = path.join(dir, "dist/vault");
  mkdirSync(path.join(dir, "dist/app"), { recursive: true });
  cpSync(dist, path.join(vault, "pkg"), { recursive: true });
  writeFileSync(
    path.join(vault, "index.html"),
    '<!doctype html><meta charset="utf-8"><title>vault</title><script type="module" src="/main.js"></script>\n',
  );
  const options = { apps: [origins.app], endpoints: "/auth", provider: origins.id, resources };
  writeFileSync(
    path.join(vault, "main.js"),
    `import { hostVault } from "/pkg/host.js";\nawait hostVault(${JSON.stringify(options)});\n`,
  );
  cpSync(path.join(here, "page"), path.join(dir, "page"), { recursive: true });
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createPlainServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listening(port) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const up = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (up) return;
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
