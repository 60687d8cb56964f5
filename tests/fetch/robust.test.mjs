// What the vault does when something goes very wrong, in each engine: defined, said, and over.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { startLive } from "./live.mjs";

const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options);
  await until(() => vault.session.status === "signed-in");
};

for (const engine of process.env.STRONGROOM_ENGINES?.split(",") ?? ENGINES) {
  describe(`trouble in ${engine}`, () => {
    let servers, browser, jar, page, ended;
    before(async () => {
      servers = await startLive();
      browser = await launch(engine, { certificate: servers.certificate });
    });
    after(async () => {
      await browser?.close();
      servers?.close();
    });
    beforeEach(async () => {
      ended = 0;
      servers.api.routes = {
        // Headers, a first chunk, and nothing more, ever.
        "/v1/endless": (_, response) => {
          response.on("close", () => ended++);
          response.writeHead(200, { "content-type": "text/plain" }).write("first");
        },
        "/v1/silent": () => {},
      };
      Object.assign(servers.auth, { tokens: [], attempts: [], cuts: 0 });
      jar = await browser.jar();
      page = await jar.open(`${servers.app}/`);
    });
    afterEach(() => jar.close());
    const inPage = () => page.evaluate(open, { endpoints: "/auth", resources: servers.resources });

    const killed = {
      "by a script": () => void workers[0].terminate(),
      "with its frame": () => void document.querySelector("iframe").remove(),
    };
    for (const [how, kill] of Object.entries(killed)) {
      it(`a worker that is ended ${how} is missed and replaced; what was open says so`, async () => {
        if (how === "by a script") await inPage();
        else await page.evaluate(open, { isolated: servers.isolated });
        const outcomes = await page.evaluate(
          async (origin, kill) => {
            const reader = (await vault.fetch(`${origin}/v1/endless`)).body.getReader();
            const { value } = await reader.read();
            const silent = outcome(vault.fetch(`${origin}/v1/silent`));
            const next = reader.read().catch((error) => error.code);
            await new Promise((resolve) => setTimeout(resolve, 200));
            (0, eval)(`(${kill})()`);
            const codes = [new TextDecoder().decode(value), await silent, await next];
            const { status } = await vault.fetch(`${origin}/v1/me`);
            await until(() => vault.session.status === "signed-in");
            return [...codes, status, vault.session.status];
          },
          servers.origin,
          String(kill),
        );
        assert.deepEqual(outcomes, ["first", "worker_restarted", "worker_restarted", 200, "signed-in"]);
      });
    }

    it("a worker that traps fails what is open, bodies too", async () => {
      await inPage();
      const outcomes = await page.evaluate(async (origin) => {
        const response = await vault.fetch(`${origin}/v1/endless`);
        const text = outcome(response.text());
        const silent = outcome(vault.fetch(`${origin}/v1/silent`));
        await new Promise((resolve) => setTimeout(resolve, 200));
        // What a worker says last, from its own catch.
        ports[0].dispatchEvent(new MessageEvent("message", { data: [8] }));
        return [await text, await silent, (await vault.fetch(`${origin}/v1/me`)).status];
      }, servers.origin);
      assert.deepEqual(outcomes, ["worker_restarted", "worker_restarted", 200]);
    });

    it("a refresh whose answer broke off is tried again, and is the same attempt", async () => {
      servers.auth.cuts = 2;
      await inPage();
      const status = (origin) => vault.fetch(`${origin}/v1/me`).then(({ status }) => status);
      assert.equal(await page.evaluate(status, servers.origin), 200);
      const { attempts } = servers.auth;
      assert.ok(attempts[0]);
      assert.deepEqual(attempts, Array(3).fill(attempts[0]));
    });

    it("a status and a reason phrase that no constructor takes are given as fetch gives them", async () => {
      await inPage();
      const heads = { 600: "HTTP/1.1 600 Odd", 999: "HTTP/1.1 999 Odd", 200: "HTTP/1.1 200 O\u0001K" };
      for (const [path, head] of Object.entries(heads)) {
        servers.api.routes[`/v1/${path}`] = (request, response) => {
          request.resume();
          const allow = `access-control-allow-origin: ${request.headers.origin}`;
          response.socket.end(
            Buffer.from(
              `${head}\r\n${allow}\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody`,
              "latin1",
            ),
          );
        };
      }
      const [theirs, ours, told] = await page.evaluate(
        async (origin, paths) => {
          const facts = async (response) => {
            const { status, statusText, ok } = response;
            const copy = response.clone();
            return [status, statusText, ok, await response.text(), copy.status, copy.ok, await copy.text()];
          };
          const silent = new Promise((resolve) => setTimeout(resolve, 5000, "silence"));
          const all = (fetch, init) => {
            const one = (path) =>
              fetch(`${origin}/v1/${path}`, init).then(facts, ({ name, code }) => code ?? name);
            return Promise.all(paths.map((path) => Promise.race([one(path), silent])));
          };
          const plain = await all((url) => fetch(url, { cache: "no-store" }));
          const own = await all(vault.fetch);
          return [plain, own, await all(vault.fetch, { method: "POST", body: "x", onUploadProgress() {} })];
        },
        servers.origin,
        Object.keys(heads),
      );
      assert.deepEqual(ours, theirs);
      assert.deepEqual(told, theirs);
      assert.equal(servers.auth.tokens.length, 1, "the worker was not replaced");
    });

    it("an abort ends a Request whose body is still being read", async () => {
      await inPage();
      const outcome = await page.evaluate(async (url) => {
        const probe = { method: "POST", body: new ReadableStream(), duplex: "half" };
        // No body here can take its time.
        if (!new Request(url, probe).body) return ["AbortError", true];
        const controller = new AbortController();
        let cancelled = false;
        const body = new ReadableStream({ cancel: () => void (cancelled = true) });
        const request = new Request(url, { ...probe, body, signal: controller.signal });
        setTimeout(() => controller.abort(), 300);
        const late = new Promise((resolve) => setTimeout(resolve, 3000, "silence"));
        return [await Promise.race([late, globalThis.outcome(vault.fetch(request))]), cancelled];
      }, `${servers.origin}/v1/x`);
      assert.deepEqual(outcome, ["AbortError", true]);
    });

    it("the source of a body that is not sent is told so", async () => {
      const { handle } = servers.auth;
      let ends = false;
      servers.auth.handle = async (request, response, route) => {
        if (route === "refresh") await servers.until(() => ends);
        return handle(request, response, route);
      };
      await inPage();
      const begin = (url) => {
        const probe = { method: "POST", body: new ReadableStream(), duplex: "half" };
        globalThis.controller = new AbortController();
        globalThis.cancelled = [];
        const send = (name, signal) => {
          const body = new ReadableStream({ cancel: () => void cancelled.push(name) });
          return outcome(vault.fetch(url, { ...probe, body, signal }));
        };
        globalThis.sent = [send("aborted", controller.signal), send("failed")];
      };
      await page.evaluate(begin, `${servers.origin}/v1/x`);
      // The worker has both, and waits for a token.
      await new Promise((resolve) => setTimeout(resolve, 300));
      const aborted = await page.evaluate(async () => {
        controller.abort();
        const name = await sent[0];
        return [name, name === "AbortError" && (await until(() => cancelled.includes("aborted")))];
      });
      servers.auth.signedIn = false;
      ends = true;
      const failed = await page.evaluate(async () => {
        const name = await sent[1];
        return [name, name === "session_ended" && (await until(() => cancelled.includes("failed")))];
      });
      Object.assign(servers.auth, { handle, signedIn: true });
      // The others upload no streams.
      const unusable = ["body_unusable", false];
      assert.deepEqual(aborted, engine === "chromium" ? ["AbortError", true] : unusable);
      assert.deepEqual(failed, engine === "chromium" ? ["session_ended", true] : unusable);
    });

    it("a body that nobody reads keeps nobody busy; a worker that is lost meanwhile is missed by its reader", async () => {
      const size = 4_000_000;
      servers.api.routes["/v1/big"] = (_, response) => response.end(Buffer.alloc(size));
      await page.evaluate(() => {
        const own = setInterval;
        // The page's questions, ten times as often.
        globalThis.setInterval = (work, millis) => own(work, millis === 5000 ? 500 : millis);
      });
      await inPage();
      const outcomes = await page.evaluate(async (origin) => {
        const asked = () => new Promise((resolve) => setTimeout(() => resolve(pings), 3000));
        const [port] = ports;
        let pings = 0;
        port.postMessage = (message, transfer) => {
          if (message[0] === 6) pings++;
          MessagePort.prototype.postMessage.call(port, message, transfer);
        };
        const settled = async () => {
          for (let i = 0; i < 3; i++) {
            pings = 0;
            if (!(await asked())) return true;
          }
        };
        const unread = await vault.fetch(`${origin}/v1/big`);
        const idle = await settled();
        const controller = new AbortController();
        const silent = outcome(vault.fetch(`${origin}/v1/silent`, { signal: controller.signal }));
        await asked();
        const busy = pings;
        controller.abort();
        await silent;
        const { byteLength } = await unread.arrayBuffer();
        const lost = await vault.fetch(`${origin}/v1/big`);
        await settled();
        workers[0].terminate();
        return [idle, busy > 1, byteLength, await outcome(lost.arrayBuffer())];
      }, servers.origin);
      assert.deepEqual(outcomes, [true, true, size, "worker_restarted"]);
    });

    it("listeners that subscribe anew each time are told once", async () => {
      await inPage();
      const told = await page.evaluate(async () => {
        let told = 0;
        let stop = () => {};
        const listen = () => {
          stop();
          if (++told > 100) return;
          stop = vault.subscribe(listen);
        };
        listen();
        await vault.logout();
        await until(() => vault.session.status === "signed-out");
        return told;
      });
      assert.equal(told, 2);
      servers.auth.signedIn = true;
    });

    it("a token for thirty days leads to no storm of timers", async () => {
      servers.auth.expiresIn = 30 * 86_400;
      const timers = await page.evaluate(async (origin) => {
        const channel = new BroadcastChannel("timers");
        let count = 0;
        channel.onmessage = ({ data }) => (count = data);
        const script = `const own = setTimeout;
          const channel = new BroadcastChannel("timers");
          let count = 0;
          self.setTimeout = (...given) => (count++, own(...given));
          setInterval(() => channel.postMessage(count), 100);
          importScripts("${location.origin}/dist/vault.worker.js");`;
        const worker = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
        const { openVault } = await import("/dist/index.js");
        const vault = await openVault({ endpoints: "/auth", resources: [{ origin }], worker });
        await vault.fetch(`${origin}/v1/x`);
        await new Promise((resolve) => setTimeout(resolve, 500));
        const before = count;
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return count - before;
      }, servers.origin);
      servers.auth.expiresIn = 600;
      assert.ok(timers < 5, `${timers} timers in a second`);
    });

    it("a response that never ends ends with the page's patience, and with the vault", async () => {
      await inPage();
      const outcomes = await page.evaluate(async (origin) => {
        const controller = new AbortController();
        const one = await vault.fetch(`${origin}/v1/endless`, { signal: controller.signal });
        const first = outcome(one.text());
        controller.abort();
        const two = await vault.fetch(`${origin}/v1/endless`);
        const second = outcome(two.text());
        const codes = [await first];
        vault.close();
        return [...codes, await second];
      }, servers.origin);
      assert.deepEqual(outcomes, ["AbortError", "closed"]);
      assert.ok(await servers.until(() => ended === 2), "neither is left open at the server");
    });

    it("a thousand requests at once, on one token", async () => {
      await inPage();
      const good = await page.evaluate(async (origin) => {
        const one = async (i) => (await (await vault.fetch(`${origin}/v1/${i}`)).json()).authorization;
        const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => one(i)));
        return answers.filter((answer) => answer === "Bearer canary-0").length;
      }, servers.origin);
      assert.equal(good, 1000);
      assert.equal(servers.auth.tokens.length, 1);
    });

    it("a page that floods the port gets `request_limit`, and its vault back once it stops", async () => {
      await inPage();
      const outcomes = await page.evaluate(async (origin) => {
        const controller = new AbortController();
        const { signal } = controller;
        const codes = {};
        const flood = Array.from({ length: 4200 }, async () => {
          const code = await outcome(vault.fetch(`${origin}/v1/silent`, { signal }));
          codes[code] = (codes[code] ?? 0) + 1;
        });
        const [port] = ports;
        for (let i = 0; i < 5000; i++) {
          // All kinds of message but the log-out.
          port.postMessage([[0, 1, 2, 4, 5, 6, 7, 8][i % 8], 1e6 + i, "x", [], {}, true]);
        }
        await until(() => codes.request_limit === 4200 - 4096);
        const limited = { ...codes };
        controller.abort();
        await Promise.all(flood);
        return [limited, codes, (await vault.fetch(`${origin}/v1/me`)).status];
      }, servers.origin);
      const limited = { request_limit: 104 };
      assert.deepEqual(outcomes, [limited, { ...limited, AbortError: 4096 }, 200]);
      assert.equal(servers.auth.tokens.length, 1, "the worker was not replaced");
    });
  });
}
