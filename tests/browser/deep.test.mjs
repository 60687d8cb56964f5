// What lies deeper: the wasm's memory, page policies, uploads that stream, a thousand requests at once.
import assert from "node:assert/strict";
import { createSecureServer } from "node:http2";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { certificate } from "../engines/certificate.mjs";
import { launch } from "../engines/index.mjs";
import { inspectWorker } from "./inspect.mjs";
import { routes } from "./routes.mjs";
import { startServers } from "./servers.mjs";

/** Runs before the vault's worker in the same worker, and keeps its memory for the test to search. */
const keeper = `
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args);
    self.memory = made.instance.exports.memory;
    return made;
  };
  self.count = (text) => {
    const bytes = new Uint8Array(memory.buffer);
    const wanted = new TextEncoder().encode(text);
    let found = 0;
    for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
      if (wanted.every((byte, i) => bytes[at + i] === byte)) found++;
    }
    return found;
  };
  importScripts("/dist/vault.worker.js");
`;

/** Keeps what the vault's worker says in a header. */
const hoarder = `
  const { set } = Headers.prototype;
  Headers.prototype.set = function (name, value) {
    if (name === "authorization") self.kept ??= { value };
    return set.call(this, name, value);
  };
  importScripts("/dist/vault.worker.js");
`;

const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options);
};

describe("the vault, deeper", () => {
  const tls = certificate(["*.localhost", "api.localhost"]);
  let browser, servers, jar, page;
  before(async () => {
    browser = await launch("chromium", { certificate: tls.cert });
  });
  after(() => browser.close());
  beforeEach(async () => {
    servers = await startServers();
    routes(servers.api);
    jar = await browser.jar();
  });
  afterEach(async () => {
    await jar.close();
    servers.close();
  });

  const openPage = async (resources = [{ origin: servers.apiOrigin }], more = {}) => {
    page = await jar.open(servers.app);
    await page.evaluate(open, { endpoints: "/auth", resources, ...more });
  };

  test("after a log-out no byte of a token is left in the wasm's memory", async () => {
    servers.site["/keeper.js"] = { "content-type": "text/javascript", body: keeper };
    await openPage(undefined, { worker: "/keeper.js" });
    const [worker] = page.native.workers();
    await page.evaluate(async (api) => {
      for (let i = 0; i < 20; i++) await vault.fetch(`${api}/v1/${i}`);
    }, servers.apiOrigin);
    servers.api.stale = `Bearer ${servers.auth.tokens[0]}`;
    await new Promise((resolve) => setTimeout(resolve, 2200));
    await page.evaluate((api) => vault.fetch(`${api}/challenged`).then((r) => r.text()), servers.apiOrigin);
    const [first, second] = servers.auth.tokens;
    const count = (text) => worker.evaluate((text) => self.count(text), text);
    assert.equal(await count(first), 0, "a replaced token is wiped");
    assert.equal(await count(second), 1, "the present one is there, once");
    await page.evaluate(() => vault.logout());
    assert.equal(await count(second), 0);
    assert.equal(await count(second.slice(0, 12)), 0, "nor a part of it");
  });

  /** What the worker's heap holds after requests, a log-out and a collection. */
  const heapAfterLogout = async (more) => {
    await openPage(undefined, more);
    const worker = await inspectWorker(page);
    const bodies = await page.evaluate(async (api) => {
      const bodies = [];
      for (let i = 0; i < 20; i++) bodies.push(await vault.fetch(`${api}/v1/${i}`).then((r) => r.json()));
      await vault.logout();
      return bodies.every(({ authorized }) => authorized);
    }, servers.apiOrigin);
    assert.ok(bodies);
    await worker.send("Runtime.evaluate", { expression: "self.control = 'planted-' + 'for-the-test'" });
    const heap = await worker.heap();
    assert.ok(heap.includes("planted-for-the-test"), "the snapshot shows strings");
    return heap;
  };

  test("after a log-out and a collection no token is left in the worker's heap", async () => {
    const heap = await heapAfterLogout();
    assert.ok(!heap.includes("canary"), "a token is left in the heap");
  });

  test("a worker that keeps one header of one request is found out by that", async () => {
    servers.site["/hoarder.js"] = { "content-type": "text/javascript", body: hoarder };
    const heap = await heapAfterLogout({ worker: "/hoarder.js" });
    assert.ok(heap.includes("canary"));
  });

  test("a worker whose wasm traps is replaced, and the session is found again", async () => {
    servers.site["/keeper.js"] = { "content-type": "text/javascript", body: keeper };
    await openPage(undefined, { worker: "/keeper.js" });
    await page.evaluate((api) => vault.fetch(`${api}/v1/me`).then((r) => r.status), servers.apiOrigin);
    const [worker] = page.native.workers();
    await worker.evaluate(() => void new Uint8Array(self.memory.buffer).fill(255));
    const result = await page.evaluate(async (api) => {
      const code = await vault.fetch(`${api}/v1/me`).catch((error) => error.code);
      const response = await vault.fetch(`${api}/v1/me`);
      return [code, (await response.json()).authorized];
    }, servers.apiOrigin);
    assert.deepEqual(result, ["worker_restarted", true]);
    assert.equal(servers.auth.count("refresh"), 2);
  });

  test("runs under a strict policy with Trusted Types", async () => {
    servers.site.csp = [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "worker-src 'self'",
      `connect-src 'self' ${servers.apiOrigin}`,
      "require-trusted-types-for 'script'",
      "trusted-types strongroom",
    ].join("; ");
    await openPage();
    const result = await page.evaluate(
      (api) => vault.fetch(`${api}/v1/me`).then((r) => r.json()),
      servers.apiOrigin,
    );
    assert.equal(result.authorized, true);
  });

  test("a thousand requests at once", async () => {
    await openPage();
    const good = await page.evaluate(async (api) => {
      const one = async (i) => (await vault.fetch(`${api}/status?code=200&body=${i}`)).text();
      const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => one(i)));
      return answers.filter((text, i) => text === String(i)).length;
    }, servers.apiOrigin);
    assert.equal(good, 1000);
    assert.equal(servers.auth.count("refresh"), 1);
  });

  test("a stream is uploaded as it is made, over HTTP/2, and not sent twice", async () => {
    const times = [];
    const headers = {
      "access-control-allow-origin": servers.app,
      "access-control-allow-headers": "authorization",
    };
    const server = createSecureServer(tls).on("stream", (stream, request) => {
      stream.on("error", () => {});
      if (request[":method"] === "OPTIONS") {
        stream.respond({ ":status": 204, ...headers });
        return stream.end();
      }
      let text = "";
      stream.on("data", (chunk) => {
        times.push(Date.now());
        text += chunk;
      });
      stream.on("end", () => {
        const rejected = request[":path"] === "/reject";
        const challenge = rejected ? { "www-authenticate": 'Bearer error="invalid_token"' } : {};
        stream.respond({
          ":status": rejected ? 401 : 200,
          ...headers,
          "access-control-expose-headers": "*, www-authenticate",
          ...challenge,
        });
        stream.end(`${request.authorization?.startsWith("Bearer canary-")} ${text}`);
      });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `https://api.localhost:${server.address().port}`;
    try {
      await openPage([{ origin }]);
      const upload = (url) =>
        page.evaluate(async (url) => {
          const body = new ReadableStream({
            async start(controller) {
              for (const word of ["one", "two", "three"]) {
                controller.enqueue(new TextEncoder().encode(word));
                await new Promise((resolve) => setTimeout(resolve, 200));
              }
              controller.close();
            },
          });
          const response = await vault.fetch(url, { method: "POST", body, duplex: "half" });
          return [response.status, await response.text()];
        }, url);
      assert.deepEqual(await upload(`${origin}/take`), [200, "true onetwothree"]);
      assert.ok(times.at(-1) - times[0] > 250, `chunks came over ${times.at(-1) - times[0]} ms`);
      await new Promise((resolve) => setTimeout(resolve, 2200));
      assert.deepEqual(await upload(`${origin}/reject`), [401, "true onetwothree"]);
    } finally {
      server.close();
    }
  });
});
