// Issuer mode in workerd, with everything it keeps in Durable Objects on disk; and after a restart.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { atExit, connects, freePort, until } from "../stores/servers.mjs";
import { Browser, secret } from "./world.mjs";

const dir = mkdtempSync(path.join(tmpdir(), "strongroom-issuer-"));
const dist = path.dirname(fileURLToPath(import.meta.resolve("strongroom/endpoints")));
const artifacts = readdirSync(dist).filter((name) => name.endsWith(".wasm"));
let [child, port, origin] = [];
const clear = () => {
  child?.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
};
const done = atExit(clear);
after(() => {
  done();
  clear();
});

before(async () => {
  port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  await build({
    entryPoints: [fileURLToPath(new URL("worker.mjs", import.meta.url))],
    outfile: path.join(dir, "worker.js"),
    ...{ bundle: true, format: "esm", target: "es2022", logLevel: "error", conditions: ["workerd"] },
    external: ["cloudflare:workers", "*.wasm"],
  });
  for (const name of artifacts) copyFileSync(path.join(dist, name), path.join(dir, name));
  mkdirSync(path.join(dir, "objects"));
  writeFileSync(path.join(dir, "config.capnp"), config());
  await start();
});

async function start() {
  const workerd = createRequire(import.meta.url).resolve("workerd/bin/workerd");
  child = spawn(workerd, ["serve", "--experimental", path.join(dir, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await until(() => connects(port), "workerd");
}

/** A browser that goes over the network. */
function browser() {
  const fetching = async (request) => {
    const { method, headers } = request;
    const body = method === "POST" ? { body: await request.text() } : {};
    return fetch(request.url, { method, headers: new Headers(headers), redirect: "manual", ...body });
  };
  return new Browser({ fetch: fetching }, origin);
}

async function me(token) {
  const response = await fetch(`${origin}/me`, { headers: { authorization: `Bearer ${token}` } });
  return [response.status, await response.json()];
}

test("a user signs in, refreshes and calls an API; sessions and keys outlive the process", async () => {
  const laptop = browser();
  const address = await laptop.start({ return_to: "/home" });
  assert.equal((await laptop.see(address)).text, "page");
  const forged = await laptop.post(address, { name: "user-1" }, { origin: "https://evil.example" });
  assert.deepEqual([forged.status, forged.json.code], [403, "origin_refused"]);
  assert.equal((await laptop.post(address, { name: "user-1" })).location, `${origin}/home`);
  const { json } = await laptop.refresh();
  assert.deepEqual(await me(json.access_token), [200, { hello: "user-1" }]);
  const keys = (await laptop.request("/auth/jwks")).json;
  assert.equal(keys.keys.length, 1);

  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  await start();
  assert.deepEqual((await laptop.request("/auth/jwks")).json, keys);
  assert.deepEqual(await me(json.access_token), [200, { hello: "user-1" }]);
  const again = await laptop.refresh();
  assert.deepEqual([again.status, again.json.session.subject], [200, "user-1"]);

  // Every token there is was signed with a key that is not trusted any more.
  const [rotated] = await (await fetch(`${origin}/rotate`)).json();
  assert.notEqual(rotated.kid, keys.keys[0].kid);
  const [status, { code }] = await me(json.access_token);
  assert.deepEqual([status, code], [401, "key_not_found"]);
});

function config() {
  const wasm = artifacts.map((name) => `(name = "${name}", wasm = embed "${name}")`).join(", ");
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "app", worker = .app),
    (name = "objects", disk = (path = ${JSON.stringify(path.join(dir, "objects"))}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "app")],
);

const app :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), ${wasm}],
  compatibilityDate = "2026-10-23",
  bindings = [
    (name = "ORIGIN", text = "${origin}"),
    (name = "SECRET", text = "${secret()}"),
    (name = "SESSIONS", durableObjectNamespace = "StrongroomSessions"),
  ],
  durableObjectNamespaces = [(className = "StrongroomSessions", uniqueKey = "issuer", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
);
`;
}
