// The suite on workerd itself, and what only concurrent requests show.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as jose from "jose";
import { bundle } from "./bundle.mjs";
import { keyServerAt } from "./client.mjs";
import { startKeyServer } from "./server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const dir = await mkdtemp(path.join(tmpdir(), "strongroom-workerd-"));
const keys = await startKeyServer();
const { origin, second, stop } = await startWorkerd();
const names = await (await fetch(origin)).json();

describe("workerd", () => {
  after(async () => {
    await Promise.all([stop(), keys.stop()]);
    await rm(dir, { recursive: true });
  });

  test("the suite is not empty", () => assert.ok(names.length > 15));

  for (const name of names) {
    test(name, async () => {
      const response = await fetch(`${origin}/run?${new URLSearchParams({ name, keys: keys.origin })}`);
      assert.equal(await response.text(), "ok");
    });
  }

  // PS256 needs options beside the key, and those workerd does not take.
  for (const alg of ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "EdDSA", "PS256"]) {
    test(`node:crypto verifies at once: ${alg}`, async () => {
      const { jwks, token } = await issuer("key", alg);
      const options = {
        issuer: "https://issuer.example",
        audience: "https://api.example",
        algorithms: [alg],
      };
      const atOnce = async (token) => {
        const body = JSON.stringify({ options: { ...options, keys: { jwks } }, token });
        return (await fetch(`${origin}/at-once`, { method: "POST", body })).json();
      };
      if (alg === "PS256") return assert.equal((await atOnce(token)).code, "config_invalid");
      assert.deepEqual(await atOnce(token), { sub: "user-1" });
      const other = await issuer("key", alg);
      assert.equal((await atOnce(other.token)).code, "signature_invalid");
    });
  }

  test("fifty cold requests at once make at most two fetches, and none hangs", async () => {
    const { jwks, token } = await issuer();
    const url = await keyServerAt(keys.origin).serve("cold", { json: jwks, delay: 100 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => shared(url, token)));
    assert.deepEqual(answers, Array(50).fill({ sub: "user-1" }));
    const fetches = await keyServerAt(keys.origin).count("cold");
    assert.ok(fetches >= 1 && fetches <= 2, `${fetches} fetches`);
  });

  for (const cache of ["kv", "api", "both"]) {
    test(`a shared cache (${cache}): fifty cold requests in each of two isolates make two fetches in all, and none hangs`, async () => {
      const { jwks, token } = await issuer();
      const url = await keyServerAt(keys.origin).serve(`cold-${cache}`, { json: jwks, delay: 100 });
      const fifty = (at) =>
        Promise.all(Array.from({ length: 50 }, () => shared(url, token, { cache, origin: at })));
      assert.deepEqual(await fifty(origin), Array(50).fill({ sub: "user-1" }));
      const fetches = await keyServerAt(keys.origin).count(`cold-${cache}`);
      assert.ok(fetches >= 1 && fetches <= 2, `${fetches} fetches`);
      await kept();
      assert.deepEqual(await fifty(second), Array(50).fill({ sub: "user-1" }));
      assert.equal(await keyServerAt(keys.origin).count(`cold-${cache}`), fetches, "the cache was not used");
      // What is in the cache never answers for a key that the issuer has only just published.
      const next = await issuer("next");
      await keyServerAt(keys.origin).serve(`cold-${cache}`, { json: next.jwks });
      assert.deepEqual(await shared(url, next.token, { cache, origin: second }), { sub: "user-1" });
      // The key server is down: what others have put there serves.
      await kept();
      await keyServerAt(keys.origin).serve(`cold-${cache}`, { status: 503 });
      const options = { cache, origin: second, more: { clockTolerance: 6 } };
      assert.deepEqual(await shared(url, next.token, options), { sub: "user-1" });
    });
  }

  test("a request that goes away while it fetches the keys holds up no other", async () => {
    const { jwks, token } = await issuer();
    const url = await keyServerAt(keys.origin).serve("dropped", { json: jwks, delay: 500 });
    const gone = new AbortController();
    const first = shared(url, token, { signal: gone.signal }).catch(() => "gone");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const others = Array.from({ length: 20 }, () => shared(url, token));
    gone.abort();
    assert.equal(await first, "gone");
    assert.deepEqual(await Promise.all(others), Array(20).fill({ sub: "user-1" }));
    assert.ok((await keyServerAt(keys.origin).count("dropped")) <= 2);
  });
});

/** What is put into a cache is put there after the answer. */
const kept = () => new Promise((resolve) => setTimeout(resolve, 500));

async function shared(url, token, { signal, cache, origin: at = origin, more = {} } = {}) {
  const options = {
    issuer: "https://issuer.example",
    audience: "https://api.example",
    algorithms: ["ES256"],
    keys: { jwksUrl: url },
    ...more,
  };
  const body = JSON.stringify({ options, cache, token });
  const timeout = AbortSignal.timeout(10_000);
  const signals = signal ? AbortSignal.any([signal, timeout]) : timeout;
  return (await fetch(`${at}/shared`, { method: "POST", body, signal: signals })).json();
}

async function issuer(kid = "key", alg = "ES256") {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg);
  const jwks = { keys: [{ ...(await jose.exportJWK(publicKey)), kid }] };
  const token = await new jose.SignJWT({ sub: "user-1" })
    .setProtectedHeader({ alg, kid })
    .setIssuer("https://issuer.example")
    .setAudience("https://api.example")
    .setExpirationTime("10m")
    .sign(privateKey);
  return { jwks, token };
}

async function startWorkerd() {
  const modules = await bundle(dir, ["workerd"]);
  const embedded = modules.map((file) => `(name = "${file}", wasm = embed "${file}")`);
  const [port, other] = [await freePort(), await freePort()];
  await copyFile(path.join(root, "tests/runtimes/caches.mjs"), path.join(dir, "caches.mjs"));
  // Two services of the same worker are two isolates.
  const worker = `(
  modules = [(name = "worker.js", esModule = embed "worker.js"), ${embedded.join(", ")}],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "KEYS", kvNamespace = "caches")],
  cacheApiOutbound = (name = "caches", entrypoint = "cacheService"),
)`;
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = ${worker}),
    (name = "second", worker = ${worker}),
    (name = "caches", worker = (modules = [(name = "caches.mjs", esModule = embed "caches.mjs")], compatibilityDate = "2026-10-01")),
    # The key server is on this machine.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "main"),
    (name = "second", address = "127.0.0.1:${other}", http = (), service = "second"),
  ],
);
`;
  await writeFile(path.join(dir, "config.capnp"), config);
  const binary = path.join(root, "node_modules", "workerd", "bin", "workerd");
  const child = spawn(binary, ["serve", path.join(dir, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(child, "exit");
  const stop = async () => (child.kill("SIGKILL"), ended);
  for (let attempt = 0; ; attempt++) {
    const up = await fetch(`http://127.0.0.1:${port}`).then(
      () => true,
      () => false,
    );
    if (up) return { origin: `http://127.0.0.1:${port}`, second: `http://127.0.0.1:${other}`, stop };
    if (attempt === 200 || child.exitCode !== null) throw new Error("workerd does not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
