// The suite on workerd itself, and what only concurrent requests show.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
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
const { origin, stop } = await startWorkerd();
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

  test("fifty cold requests at once make at most two fetches, and none hangs", async () => {
    const { jwks, token } = await issuer();
    const url = await keyServerAt(keys.origin).serve("cold", { json: jwks, delay: 100 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => shared(url, token)));
    assert.deepEqual(answers, Array(50).fill({ sub: "user-1" }));
    const fetches = await keyServerAt(keys.origin).count("cold");
    assert.ok(fetches >= 1 && fetches <= 2, `${fetches} fetches`);
  });

  test("a request that goes away while it fetches the keys holds up no other", async () => {
    const { jwks, token } = await issuer();
    const url = await keyServerAt(keys.origin).serve("dropped", { json: jwks, delay: 500 });
    const gone = new AbortController();
    const first = shared(url, token, gone.signal).catch(() => "gone");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const others = Array.from({ length: 20 }, () => shared(url, token));
    gone.abort();
    assert.equal(await first, "gone");
    assert.deepEqual(await Promise.all(others), Array(20).fill({ sub: "user-1" }));
    assert.ok((await keyServerAt(keys.origin).count("dropped")) <= 2);
  });
});

async function shared(url, token, signal) {
  const options = {
    issuer: "https://issuer.example",
    audience: "https://api.example",
    algorithms: ["ES256"],
    keys: { jwksUrl: url },
  };
  const body = JSON.stringify({ options, token });
  const timeout = AbortSignal.timeout(10_000);
  const signals = signal ? AbortSignal.any([signal, timeout]) : timeout;
  return (await fetch(`${origin}/shared`, { method: "POST", body, signal: signals })).json();
}

async function issuer() {
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await jose.exportJWK(publicKey)), kid: "key" }] };
  const token = await new jose.SignJWT({ sub: "user-1" })
    .setProtectedHeader({ alg: "ES256", kid: "key" })
    .setIssuer("https://issuer.example")
    .setAudience("https://api.example")
    .setExpirationTime("10m")
    .sign(privateKey);
  return { jwks, token };
}

async function startWorkerd() {
  const modules = await bundle(dir, ["workerd"]);
  const embedded = modules.map((file) => `(name = "${file}", wasm = embed "${file}")`);
  const port = await freePort();
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    # The key server is on this machine.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), ${embedded.join(", ")}],
  compatibilityDate = "2026-10-01",
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
    if (up) return { origin: `http://127.0.0.1:${port}`, stop };
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
