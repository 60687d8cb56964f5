// `vault.socket` in each engine: what it sends where, what the page can see of it, and how it ends.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { startLive, TEMPLATE } from "./live.mjs";

const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options);
  await until(() => vault.session.status !== "starting");
};
/** Opens a socket that keeps what it hears. */
const socket = async (url, options) => {
  const socket = (globalThis.socket = await vault.socket(url, options));
  Object.assign(globalThis, { heard: [], closes: [], errors: 0 });
  socket.onmessage = ({ data }) => heard.push(data);
  socket.onerror = () => errors++;
  socket.onclose = ({ code, reason, wasClean }) => closes.push([code, reason, wasClean]);
  const { readyState, url: shown, protocol, bufferedAmount } = socket;
  return { readyState, shown, protocol, bufferedAmount };
};
const text = () =>
  JSON.stringify(seen, (_, value) => (value instanceof ArrayBuffer ? `bytes ${value.byteLength}` : value));

for (const engine of process.env.STRONGROOM_ENGINES?.split(",") ?? ENGINES) {
  describe(`sockets in ${engine}`, () => {
    let servers, browser, jar, page;
    before(async () => {
      servers = await startLive();
      browser = await launch(engine, { certificate: servers.certificate });
    });
    after(async () => {
      await browser?.close();
      servers?.close();
    });
    beforeEach(async () => {
      Object.assign(servers.auth, { signedIn: true, expiresIn: 600, tokens: [] });
      Object.assign(servers.api, {
        seen: [],
        sockets: [],
        upgrades: [],
        issued: [],
        refuse: false,
        echo: false,
      });
      jar = await browser.jar();
    });
    afterEach(() => jar.close());

    const start = async (options = { endpoints: "/auth", resources: servers.resources }) => {
      page = await jar.open(`${servers.app}/`);
      await page.evaluate(open, options);
    };
    const live = () => `${servers.wss}/v1/live`;
    const said = () => `${servers.wss}/said/live`;
    const byMessage = { authenticate: { message: TEMPLATE } };

    for (const mode of ["in the page", "isolated"]) {
      it(`by ticket, ${mode}: the token is in one request's header and nowhere else`, async () => {
        servers.api.echo = true;
        await start(mode === "isolated" ? { isolated: servers.isolated } : undefined);
        const facts = await page.evaluate(socket, live(), { protocols: ["chat", "other"] });
        assert.deepEqual(facts, { readyState: 1, shown: live(), protocol: "chat", bufferedAmount: 0 });
        const [asked] = servers.api.seen.filter(({ method }) => method === "POST");
        assert.equal(asked.headers.authorization, "Bearer canary-0");
        const [{ url, headers }] = servers.api.upgrades;
        assert.equal(url, "/v1/live?ticket=ticket-0");
        assert.equal(headers.authorization, undefined);
        assert.ok(!JSON.stringify(headers).includes("canary"));
        const echoed = await page.evaluate(async () => {
          const bytes = new Uint8Array([1, 2, 3, 4]);
          socket.send("grüße");
          socket.send(bytes.subarray(1, 3));
          socket.send(new Blob(["blob"]));
          socket.send(bytes.buffer);
          bytes.fill(9);
          await until(() => heard.length === 4);
          const first = await Promise.all(heard.map((one) => (typeof one === "string" ? one : one.text())));
          socket.binaryType = "arraybuffer";
          socket.send(new Uint8Array([7]));
          await until(() => heard.length === 5);
          return [...first, heard[4] instanceof ArrayBuffer, new Uint8Array(heard[4])[0]];
        });
        assert.deepEqual(echoed, ["grüße", "\u0002\u0003", "blob", "\u0001\u0002\u0003\u0004", true, 7]);
        const messages = await page.evaluate(text);
        assert.ok(messages.includes("grüße"), "messages were recorded");
        assert.doesNotMatch(messages, /canary|ticket/);
        await page.evaluate(() => socket.close(3001, "bye"));
        assert.ok(await servers.until(() => servers.api.sockets[0].closed));
        assert.deepEqual(servers.api.sockets[0].closed, [3001, "bye"]);
        assert.ok(await page.evaluate(() => until(() => closes.length)));
        assert.deepEqual(await page.evaluate(() => [closes, errors, socket.readyState]), [
          [[3001, "bye", true]],
          0,
          3,
        ]);
      });
    }

    it("by message: the first thing said, and the page does not see it", async () => {
      await start();
      await page.evaluate(socket, said(), byMessage);
      await page.evaluate(() => socket.send("after"));
      const [{ heard }] = servers.api.sockets;
      assert.ok(await servers.until(() => heard.length === 2));
      assert.deepEqual(heard, ['{"type":"auth","token":"canary-0"}', "after"]);
      assert.equal(servers.api.upgrades[0].url, "/said/live");
      assert.doesNotMatch(await page.evaluate(text), /canary/);
    });

    it("by message: the next token is said before this one ends, on the same connection", async () => {
      servers.auth.expiresIn = 4;
      await start();
      await page.evaluate(socket, said(), byMessage);
      assert.ok(await servers.until(() => servers.api.sockets[0].heard.length === 3));
      const tokens = servers.api.sockets[0].heard.map((one) => JSON.parse(one).token);
      assert.deepEqual(tokens, ["canary-0", "canary-1", "canary-2"]);
      assert.deepEqual(await page.evaluate(() => closes), []);
    });

    it("by ticket: closed with its token, and another one can be opened", async () => {
      servers.auth.expiresIn = 3;
      await start();
      await page.evaluate(socket, live());
      assert.ok(await page.evaluate(() => until(() => closes.length)));
      assert.deepEqual(await page.evaluate(() => closes), [[4408, "token_expired", true]]);
      assert.ok(await servers.until(() => servers.api.sockets[0].closed));
      assert.deepEqual(servers.api.sockets[0].closed, [4408, "token_expired"]);
      const { readyState } = await page.evaluate(socket, live());
      assert.equal(readyState, 1);
    });

    it("a log-out closes every socket", async () => {
      await start();
      await page.evaluate(socket, said(), byMessage);
      const closes = await page.evaluate(async (url) => {
        const first = globalThis.closes;
        const two = await vault.socket(url);
        const second = new Promise(
          (resolve) => (two.onclose = ({ code, reason }) => resolve([code, reason])),
        );
        await vault.logout();
        await until(() => first.length);
        return [...first, await second, await outcome(vault.socket(url))];
      }, live());
      assert.deepEqual(closes, [[4401, "session_ended", true], [4401, "session_ended"], "signed_out"]);
      assert.ok(await servers.until(() => servers.api.sockets.every(({ closed }) => closed)));
      for (const { closed } of servers.api.sockets) assert.deepEqual(closed, [4401, "session_ended"]);
    });

    it("what is not listed gets neither ticket nor token", async () => {
      await start();
      const codes = await page.evaluate(
        async (wss, other) => {
          const message = (text) => ({ authenticate: { message: text } });
          return Promise.all([
            outcome(vault.socket(`${other}/v1/live`)),
            outcome(vault.socket(`${wss}/v10`)),
            outcome(vault.socket(`${wss}@evil.localhost/v1/live`)),
            outcome(vault.socket("ws://api.example.com/v1/live")),
            outcome(vault.socket(`${wss}/v1/live`, message("{token}"))),
            outcome(vault.socket(`${wss}/v1/live`, message('{"chat":"{token}"}'))),
            outcome(vault.socket("/auth/refresh")),
            outcome(vault.socket("data:text/plain,x")),
          ]);
        },
        servers.wss,
        servers.other,
      );
      const refused = "resource_not_allowed";
      assert.deepEqual(codes, [
        refused,
        refused,
        refused,
        "insecure_url",
        refused,
        refused,
        refused,
        "TypeError",
      ]);
      assert.deepEqual([servers.api.seen, servers.api.upgrades], [[], []]);
    });

    it("what the network and the server refuse is a TypeError, and an abort an AbortError", async () => {
      await start();
      servers.api.refuse = true;
      const refused = await page.evaluate((url) => outcome(vault.socket(url)), live());
      servers.api.refuse = false;
      servers.api.routes["/v1/nothing"] = (_, response) => response.end("{}");
      servers.api.routes["/v1/silent"] = () => {};
      const [none, aborted, early] = await page.evaluate(async (wss) => {
        const none = await outcome(vault.socket(`${wss}/v1/nothing`));
        const controller = new AbortController();
        const silent = outcome(vault.socket(`${wss}/v1/silent`, { signal: controller.signal }));
        setTimeout(() => controller.abort(), 300);
        return [
          none,
          await silent,
          await outcome(vault.socket(`${wss}/v1/live`, { signal: controller.signal })),
        ];
      }, servers.wss);
      assert.deepEqual(
        [refused, none, aborted, early],
        ["TypeError", "TypeError", "AbortError", "AbortError"],
      );
      assert.deepEqual(servers.api.upgrades, []);
      const forged = await page.evaluate(
        (url) => outcome(vault.socket(url)),
        `${servers.wss}/v1/live?ticket=forged`,
      );
      assert.equal(forged, "done", "the vault's own ticket takes its place");
    });

    it("tells how much waits to be sent, as far as the browser knows", async () => {
      await start();
      const MEGABYTE = 1_000_000;
      const fill = async (size) => {
        for (let i = 0; i < 30; i++) socket.send(new Uint8Array(size));
        const all = socket.bufferedAmount;
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return [all, socket.bufferedAmount > 0];
      };
      // A plain WebSocket of the page, to a server that does not read either.
      servers.api.issued.push("plain");
      await page.evaluate(async (url) => {
        globalThis.socket = new WebSocket(url);
        await new Promise((resolve) => (socket.onopen = resolve));
      }, `${live()}?ticket=plain`);
      assert.ok(await servers.until(() => servers.api.sockets.length));
      servers.api.sockets[0].socket.pause();
      const [, knows] = await page.evaluate(fill, MEGABYTE);
      // WebKitGTK's network process takes all of it at once, and that counts as gone.
      assert.equal(knows, engine !== "webkit");
      await page.evaluate(() => socket.close());
      servers.api.sockets[0].socket.terminate();
      await page.evaluate(socket, live());
      const { socket: far, heard } = servers.api.sockets.at(-1);
      far.pause();
      const [all, waiting] = await page.evaluate(fill, MEGABYTE);
      assert.deepEqual([all, waiting || !knows], [30 * MEGABYTE, true]);
      if (knows) assert.ok((await page.evaluate(() => socket.bufferedAmount)) > 0);
      far.resume();
      assert.ok(await page.evaluate(() => until(() => socket.bufferedAmount === 0)));
      assert.ok(await servers.until(() => heard.length === 30));
      assert.deepEqual(new Set(heard), new Set([MEGABYTE]));
    });

    // WebKitGTK does so by itself while its threads catch up, and ends with nothing waiting whatever waits.
    if (engine !== "webkit") {
      it("tells how much waits though the browser finds nothing waiting at first", async () => {
        page = await jar.open(`${servers.app}/`);
        const options = { endpoints: "/auth", resources: servers.resources };
        await page.evaluate(async (options) => {
          const script = `let looks = 0;
            const { prototype } = WebSocket;
            const { get } = Object.getOwnPropertyDescriptor(prototype, "bufferedAmount");
            const { send } = prototype;
            prototype.send = function (data) { looks = 0; send.call(this, data); };
            Object.defineProperty(prototype, "bufferedAmount", {
              get() { return ++looks < 4 ? 0 : get.call(this); },
            });
            importScripts("${location.origin}/dist/vault.worker.js");`;
          const worker = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
          const { openVault } = await import("/dist/index.js");
          globalThis.vault = await openVault({ ...options, worker });
        }, options);
        await page.evaluate(socket, live());
        const [{ socket: far }] = servers.api.sockets;
        far.pause();
        const told = await page.evaluate(async () => {
          for (let i = 0; i < 30; i++) socket.send(new Uint8Array(1_000_000));
          const nothing = await until(() => socket.bufferedAmount === 0);
          return [nothing, await until(() => socket.bufferedAmount > 0)];
        });
        assert.deepEqual(told, [true, true]);
        far.resume();
        assert.ok(await page.evaluate(() => until(() => socket.bufferedAmount === 0)));
      });
    }

    it("ends as any WebSocket does: by the server, with the connection, with the worker", async () => {
      await start();
      const ended = async (work) => {
        await page.evaluate(socket, live());
        const entry = servers.api.sockets.at(-1);
        await work(entry.socket);
        assert.ok(await page.evaluate(() => until(() => closes.length)));
        return page.evaluate(() => [...closes.flat(), errors, socket.readyState]);
      };
      assert.deepEqual(await ended((far) => far.close(4000, "enough")), [4000, "enough", true, 0, 3]);
      assert.deepEqual(await ended((far) => far.terminate()), [1006, "", false, 1, 3]);
      const died = () =>
        page.evaluate(() => void ports[0].dispatchEvent(new MessageEvent("message", { data: [8] })));
      assert.deepEqual(await ended(died), [1006, "worker_restarted", false, 1, 3]);
      const close = () => page.evaluate(() => vault.close());
      assert.deepEqual(await ended(close), [1006, "closed", false, 1, 3]);
      assert.ok(
        await servers.until(() => servers.api.sockets.every(({ closed }) => closed)),
        "nothing is left open",
      );
    });

    for (const how of ["another code", "no code", "an end", "silence"]) {
      it(`a log-out is 4401 at once, though the server answers the close with ${how}`, async () => {
        await start();
        await page.evaluate(socket, said(), byMessage);
        const [{ socket: far }] = servers.api.sockets;
        far._receiver.removeAllListeners("conclude");
        far._receiver.on("conclude", () => {
          if (how === "an end") far._socket.destroy();
          else if (how !== "silence") far._sender.close(how === "no code" ? undefined : 1000, "", false);
          else far.send("after the log-out");
        });
        const outcome = await page.evaluate(async () => {
          await vault.logout();
          await new Promise((resolve) => setTimeout(resolve, 500));
          return [closes, errors, heard, socket.readyState];
        });
        assert.deepEqual(outcome, [[[4401, "session_ended", true]], 0, [], 3]);
      });
    }

    it("by message: what the server says before it knows who it is comes, once the socket is open", async () => {
      await start();
      servers.api.hello = "who are you?";
      // The token runs out while the connection is made, and the next one takes its time.
      servers.auth.expiresIn = 2;
      const { handle } = servers.auth;
      let asked = 0;
      servers.auth.handle = async (request, response, route) => {
        if (route === "refresh" && asked++) await new Promise((resolve) => setTimeout(resolve, 1000));
        return handle(request, response, route);
      };
      servers.api.upgradePause = 2500;
      try {
        await page.evaluate(socket, said(), byMessage);
      } finally {
        Object.assign(servers.api, { hello: undefined, upgradePause: 0 });
        servers.auth.handle = handle;
      }
      assert.ok(await page.evaluate(() => until(() => heard.length)));
      assert.deepEqual(await page.evaluate(() => heard), ["who are you?"]);
      assert.equal(asked, 2, "the token that it was meant to be told was over");
    });

    it("by ticket: the rest of the query stays as it is, and an answer that is none is not repeated to the page", async () => {
      await start();
      const query = "a=b%20c&flag&&sig=x*y%2Az~'+d&%74icket=forged";
      await page.evaluate(socket, `${live()}?${query}`);
      assert.equal(servers.api.upgrades[0].url, "/v1/live?a=b%20c&flag&&sig=x*y%2Az~%27+d&ticket=ticket-0");
      const messages = [];
      for (const answer of ["secret-ticket", "null", '{"ticket":1}']) {
        servers.api.routes["/v1/odd"] = (_, response) => response.end(answer);
        const hear = (url) => vault.socket(url).catch(({ message }) => message);
        messages.push(await page.evaluate(hear, `${servers.wss}/v1/odd`));
      }
      assert.deepEqual(messages, Array(3).fill("The resource's answer has no ticket"));
    });

    it("crafted messages open nothing, and harm nothing", async () => {
      await start();
      await page.evaluate(socket, live());
      const status = await page.evaluate(
        async (wss, https, template) => {
          const { port1, port2 } = new MessageChannel();
          const [port] = ports;
          for (const message of [
            [5],
            [5, 900],
            [5, 901, wss],
            [5, 902, `${wss}/v1/live`],
            [5, 903, `${wss}/v1/live`, {}, [], undefined],
            [5, 904, `${wss}/said/live`, {}, [], template],
            [5, 905, `${wss}/said/live`, {}, [1, {}], template],
            [5, 906, `${wss}/said/live`, null, ["a", "a"], template],
            [5, 907, `${https}/v1/live`, {}, [], undefined],
            [5, 908, "wsx://x", {}, [], template],
            [5, 909, "ws", {}, [], template],
            [5, 1, `${wss}/said/live`, {}, [], template],
            [1, 904],
            [6],
          ]) {
            port.postMessage(message);
          }
          port.postMessage([5, 910, `${wss}/v1/live`, port2, []], [port2]);
          await new Promise((resolve) => setTimeout(resolve, 500));
          for (const message of [null, 1, [], [null, 1, 1], [null, {}, "x"], [{}, "x"], [null, 999]]) {
            port1.postMessage(message);
          }
          const own = ports.at(-2);
          for (const message of [undefined, 7, [Symbol.iterator in []], [null, 5000]])
            own.postMessage(message);
          await new Promise((resolve) => setTimeout(resolve, 500));
          socket.send("still there");
          return (await vault.fetch(`${https}/v1/me`)).status;
        },
        servers.wss,
        servers.origin,
        TEMPLATE,
      );
      assert.equal(status, 200);
      assert.ok(await servers.until(() => servers.api.sockets[0].heard.includes("still there")));
      assert.doesNotMatch(await page.evaluate(text), /canary|\[8\]/);
      assert.equal(servers.auth.tokens.length, 1, "the worker was not replaced");
    });
  });
}
