// Server-sent events over `vault.fetch`, in each engine: parsed as an EventSource parses them, and made anew when they break.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { startLive } from "./live.mjs";

const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options);
  ({ events: globalThis.events } = await import("/dist/events.js"));
};
/** The first `count` events, or all until an error, which comes last. */
const take = async (url, count, init) => {
  const taken = [];
  try {
    for await (const { type, data, lastEventId } of events(vault.fetch, url, init)) {
      taken.push([type, data, lastEventId]);
      if (taken.length === count) break;
    }
  } catch (error) {
    taken.push(error.name);
  }
  return taken;
};

const PARTS = [
  "\ufeff: a comment\n\n",
  "data: one\r\n\r",
  "\ndata:two\ndata:  lines\n\n",
  "event: named\rdata: x\rid: 7\r\r",
  "id\ndata\n\nevent: nothing\n\n",
  'data: {"a":\ndata: 1}\nignored: y\n:\n\nid: a\0b\ndata: z: colon\n\n',
  "data: grü\u00dfe \u20ac\n\n",
  "data: never finished\n",
];

for (const engine of process.env.STRONGROOM_ENGINES?.split(",") ?? ENGINES) {
  describe(`server-sent events in ${engine}`, () => {
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
      servers.api.seen = [];
      jar = await browser.jar();
      page = await jar.open(`${servers.app}/`);
      await page.evaluate(open, { endpoints: "/auth", resources: servers.resources });
    });
    afterEach(() => jar.close());

    const news = () => `${servers.origin}/v1/news`;
    const asked = () =>
      servers.api.seen.filter(({ method, path }) => method === "GET" && path === "/v1/news");
    /** Each connection gets the next of these; the last one stays open. */
    const serve = (...connections) => {
      servers.api.closed = 0;
      servers.api.routes["/v1/news"] = async (request, response) => {
        const next = connections.shift();
        response.on("close", () => servers.api.closed++);
        if (typeof next === "number") return response.writeHead(next).end("no");
        if (!next) return response.destroy();
        response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
        for (const part of next) {
          // In the middle of a character, too.
          const bytes = Buffer.from(part);
          response.write(bytes.subarray(0, bytes.length - 3));
          await new Promise((resolve) => setTimeout(resolve, 5));
          response.write(bytes.subarray(bytes.length - 3));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        if (connections.length) response.end();
      };
    };

    it("are parsed as the standard has it, and come as they are sent", async () => {
      serve(PARTS);
      assert.deepEqual(await page.evaluate(take, news(), 7), [
        ["message", "one", ""],
        ["message", "two\n lines", ""],
        ["named", "x", "7"],
        ["message", "", ""],
        ["message", '{"a":\n1}', ""],
        ["message", "z: colon", ""],
        ["message", "grüße €", ""],
      ]);
      const [{ headers }] = asked();
      assert.equal(headers.accept, "text/event-stream");
      assert.equal(headers["last-event-id"], undefined);
      assert.match(headers.authorization, /^Bearer canary-/);
      assert.ok(await servers.until(() => servers.api.closed === 1), "leaving the loop ends the request");
    });

    it("go on after an end, a break, a 503 and a 429 where they were, until the server says that it is enough", async () => {
      const second = ["id: 2\ndata: b\n\n", "data: cut off"];
      serve(["retry: 20\n\nid: 1\ndata: a\n\n"], 503, undefined, second, 429, ["data: c\n\n"], 204, []);
      assert.deepEqual(await page.evaluate(take, news()), [
        ["message", "a", "1"],
        ["message", "b", "2"],
        ["message", "c", "2"],
      ]);
      const ids = asked().map(({ headers }) => headers["last-event-id"]);
      // An engine may try a broken connection again by itself.
      assert.deepEqual([...new Set(ids)], [undefined, "1", "2"]);
    });

    it("begin where the page left off, with its own headers", async () => {
      serve(["data: x\n\n"], []);
      await page.evaluate(take, news(), 1, { lastEventId: "40", headers: { "x-own": "1" } });
      const [{ headers }] = asked();
      assert.deepEqual([headers["last-event-id"], headers["x-own"]], ["40", "1"]);
    });

    it("send ids back as an EventSource does, and go on after one that no header takes as it is", async () => {
      serve(["retry: 20\nid: \u00fc\ndata: a\n\n"], ["id: \u65e5\ndata: b\n\n"], ["data: c\n\n"]);
      const taken = await page.evaluate(take, news(), 3);
      assert.deepEqual(
        taken.map(([, data]) => data),
        ["a", "b", "c"],
      );
      const ids = asked().map(({ headers }) => headers["last-event-id"]);
      const decode = (id) => Buffer.from(id, "latin1").toString();
      // WebKitGTK encodes a header's bytes once more, whoever sets it: Fetch has them sent as they are.
      const decoded = (id) => decode(engine === "webkit" ? decode(id) : id);
      assert.deepEqual(ids.slice(1).map(decoded), ["\u00fc", "\u65e5"]);
    });

    for (const retry of ["0", "4294967295", "9".repeat(400)]) {
      it(`make no flood of a \`retry\` of ${retry.slice(0, 12)}`, async () => {
        serve([`retry: ${retry}\ndata: a\n\n`], ...Array(50).fill(503), []);
        await page
          .evaluate(async (url) => {
            const controller = new AbortController();
            setTimeout(() => controller.abort(), 1500);
            for await (const _ of events(vault.fetch, url, { signal: controller.signal }));
          }, news())
          .catch(() => {});
        const most = retry === "0" ? 4 : 1;
        assert.ok(asked().length <= most, `${asked().length} requests`);
      });
    }

    it("are no place for what cannot be sent, or not again", async () => {
      serve(["data: a\n\n"]);
      const wrong = await page.evaluate(async (url) => {
        const inits = [
          { body: "x" },
          { method: "POST", body: new Blob(["x"]).stream(), duplex: "half" },
          { mode: "no-cors" },
          { credentials: "odd" },
        ];
        const first = (init) => events(vault.fetch, url, init).next();
        const late = new Promise((resolve) => setTimeout(resolve, 2000, "retried"));
        return Promise.all(inits.map((init) => Promise.race([late, first(init).catch(({ name }) => name)])));
      }, news());
      assert.deepEqual(wrong, Array(4).fill("TypeError"));
      assert.deepEqual(asked(), []);
    });

    it("end with the answer that is none, the vault's error, the signal's reason", async () => {
      servers.api.routes["/v1/news"] = (_, response) =>
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      assert.deepEqual(await page.evaluate(take, news()), ["Error"]);
      serve(404);
      assert.deepEqual(await page.evaluate(take, news()), ["Error"]);
      assert.deepEqual(await page.evaluate(take, servers.origin), ["VaultError"]);
      assert.deepEqual(await page.evaluate(take, "https://"), ["TypeError"]);
      serve(["data: x\n\n"]);
      const aborted = await page.evaluate(async (url) => {
        const controller = new AbortController();
        const iterator = events(vault.fetch, url, { signal: controller.signal });
        const { value } = await iterator.next();
        const next = iterator.next().catch((error) => error.name);
        controller.abort();
        return [value.data, await next, (await iterator.next()).done];
      }, news());
      assert.deepEqual(aborted, ["x", "AbortError", true]);
      assert.ok(await servers.until(() => servers.api.closed === 1));
    });
  });
}
