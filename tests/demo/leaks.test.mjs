// The leak check checked: of the tokens planted in a page, each in a place of its own that a script can read, every one
// must be found. Were one not found, the demo check's silence would mean nothing.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { launch } from "./browser.mjs";
import { LeakWatch } from "./leaks/watch.mjs";

const part = (bytes) => randomBytes(bytes).toString("base64url");
const token = () => `eyJhbGciOiJFUzI1NiJ9.${part(200)}.${part(64)}`;
const TOKEN = token();
const ID_TOKEN = token();
const HANDLE = `SV.${part(9)}.${part(16)}.AAAAAAAB.${part(8)}.${part(16)}`;
const COOKIE = "session";

const worker = `onmessage = async ({ data }) => {
  if (data === "fetch") await fetch("/api", { headers: { authorization: "Bearer ${TOKEN}" } });
  else if (data === "refresh") await fetch("/refresh");
  else postMessage({ deep: [new TextEncoder().encode(data).buffer] });
  postMessage("done");
};`;

const answers = {
  "/": ["text/html", "<!doctype html><title>page</title>"],
  "/worker.js": ["text/javascript", worker],
  "/api": ["application/json", "{}"],
  "/refresh": ["application/json", JSON.stringify({ access_token: TOKEN, id_token: ID_TOKEN })],
};

/** Each plants the token in one place; run inside the page. */
const planted = {
  "the globals": (token) =>
    void (globalThis.app = {
      list: [
        new Map([
          [
            "x",
            {
              get hidden() {
                return token;
              },
            },
          ],
        ]),
      ],
    }),
  "the globals, as a property's name": (token) => void (globalThis.cache = { [token]: 1 }),
  "the globals, as bytes": (token) => void (globalThis.bytes = new TextEncoder().encode(token)),
  "the globals, in half": (token) => void (globalThis.half = token.slice(60, 140)),
  "the globals, in a node": (token) => void document.body.append(token),
  localStorage: (token) => localStorage.setItem("t", token),
  sessionStorage: (token) => sessionStorage.setItem("t", token),
  "document.cookie": (token) => void (document.cookie = `t=${token}`),
  "URL and history": (token) => history.replaceState({ token }, "", "/"),
  "performance entries": (token) => void performance.mark(token),
  IndexedDB: (token) =>
    new Promise((resolve) => {
      const opening = indexedDB.open("db");
      opening.onupgradeneeded = () => opening.result.createObjectStore("s").put({ token }, 1);
      opening.onsuccess = () => resolve(opening.result.close());
    }),
  CacheStorage: async (token) => (await caches.open("c")).put("/x", new Response(token)),
  "private files": async (token) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("d", { create: true });
    const writer = await (await folder.getFileHandle("f", { create: true })).createWritable();
    await writer.write(token);
    await writer.close();
  },
  "names of locks": (token) =>
    new Promise((held) => void navigator.locks.request(token, () => (held(), new Promise(() => {})))),
  "a worker's address": async (token) => {
    new Worker(`/worker.js#${token}`);
    await new Promise((done) => setTimeout(done, 300));
  },
  console: (token) => console.log("got", { token }),
  "an address requested": (token) => fetch(`/api?t=${token}`).then(() => {}),
  "uncaught error": (token) =>
    void setTimeout(() => {
      throw new Error(token);
    }),
  "Window message": async (token) => {
    postMessage({ token }, "*");
    await new Promise((done) => setTimeout(done, 50));
  },
  "MessagePort message": (token) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage([new Set([token])]);
    }).then(() => {}),
  "BroadcastChannel message": (token) =>
    new Promise((resolve) => {
      new BroadcastChannel("b").addEventListener("message", resolve);
      new BroadcastChannel("b").postMessage(token);
    }).then(() => {}),
  "Worker message": (token) =>
    new Promise((resolve) => {
      const worker = new Worker("/worker.js");
      worker.onmessage = resolve;
      worker.postMessage(token);
    }).then(() => {}),
  "Worker message, to which nobody listens": async (token) => {
    new Worker("/worker.js").postMessage(token);
    await new Promise((done) => setTimeout(done, 300));
  },
  // Not reachable by any name: only the heap shows it.
  "the heap": (token) => void setTimeout((kept) => kept.length, 1e6, `${token} `.trim()),
};

describe("leak check", () => {
  let browser, server, origin;

  before(async () => {
    server = createServer((request, response) => {
      const [type, body] = answers[new URL(request.url, origin).pathname] ?? ["text/plain", ""];
      response.setHeader("content-type", type);
      response.setHeader("set-cookie", `${COOKIE}=${HANDLE}; HttpOnly`);
      response.end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  const open = async () => {
    const context = await browser.newContext();
    const watch = await LeakWatch.on(context, { cookie: COOKIE });
    const page = await context.newPage();
    await page.goto(origin);
    return { context, watch, page };
  };
  const ask = (page, what) =>
    page.evaluate(
      (what) =>
        new Promise((resolve) => {
          const worker = new Worker("/worker.js");
          worker.onmessage = () => resolve();
          worker.postMessage(what);
        }),
      what,
    );

  for (const what of ["fetch", "refresh"]) {
    test(`learns the token from a worker's ${what}, and finds nothing in a clean page`, async () => {
      const { context, watch, page } = await open();
      await ask(page, what);
      await watch.check();
      assert.deepEqual(watch.secrets.all("access token"), [TOKEN]);
      assert.deepEqual(watch.secrets.all("id token"), what === "refresh" ? [ID_TOKEN] : []);
      assert.deepEqual(watch.secrets.all("session handle"), [HANDLE]);
      assert.ok(watch.messages > 0, "the recorder heard the worker");
      await context.close();
    });
  }

  describe("finds a planted secret in", () => {
    const tokens = Object.fromEntries(Object.keys(planted).map((place) => [place, token()]));
    let report;

    before(async () => {
      const { context, watch, page } = await open();
      for (const [place, plant] of Object.entries(planted)) {
        watch.secrets.add(place, tokens[place]);
        await page.evaluate(plant, tokens[place]);
      }
      await page.evaluate((handle) => localStorage.setItem("h", handle), HANDLE);
      report = await watch.check().then(
        () => "",
        ({ message }) => message,
      );
      await context.close();
    });

    for (const place of Object.keys(planted)) {
      test(place, () => {
        const line = new RegExp(`^${place} #\\d+ in ${place.split(",")[0]}`, "m");
        assert.match(report, line);
      });
    }
    test("a session handle in localStorage", () =>
      assert.match(report, /^session handle #\d+ in localStorage/m));
    test("no report, which names places only", () => {
      for (const secret of [...Object.values(tokens), HANDLE]) assert.ok(!report.includes(secret));
    });
  });
});
