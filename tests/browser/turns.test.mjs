// Tabs of one cookie jar take turns to refresh, as long as that costs nobody anything.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch } from "../engines/index.mjs";
import { inspectWorker } from "./inspect.mjs";
import { startServers } from "./servers.mjs";

const engine = process.env.STRONGROOM_ENGINE ?? "chromium";

/** A worker whose browser has no locks. */
const lockless = `
  Object.defineProperty(navigator, "locks", { value: undefined });
  importScripts("/dist/vault.worker.js");
`;

const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options);
};
const fetchMe = async (api) => (await (await vault.fetch(`${api}/v1/me`)).json()).authorized;
/** The locks of the vaults' refreshes: `[held, waiting]`. */
const locks = async () => {
  const { held, pending } = await navigator.locks.query();
  return [held, pending].map((list) => list.filter(({ name }) => name.startsWith("strongroom ")).length);
};

describe("tabs that refresh", () => {
  let browser, servers, jar, answered;
  before(async () => {
    browser = await launch(engine);
  });
  after(() => browser.close());
  beforeEach(async () => {
    servers = await startServers();
    jar = await browser.jar();
    // Refreshes are answered when the test says so; all else at once.
    const gates = [];
    answered = [];
    const { answer } = servers.auth;
    servers.auth.answer = async (route, ...rest) => {
      if (route === "refresh") {
        const number = gates.length;
        await new Promise((resolve) => gates.push(resolve));
        answered.push(number);
      }
      return answer(route, ...rest);
    };
    servers.auth.gates = gates;
  });
  afterEach(async () => {
    await jar.close();
    servers.close();
  });

  const tab = async (options = {}) => {
    const page = await jar.open(servers.app);
    await page.evaluate(open, { endpoints: "/auth", resources: [{ origin: servers.apiOrigin }], ...options });
    return page;
  };
  const until = async (done) => {
    for (let i = 0; i < 500 && !(await done()); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(await done(), String(done));
  };
  /** Begins to fetch; the page can be asked other things meanwhile, where a driver does one thing at a time too. */
  const start = (page) =>
    page.evaluate(
      (work, api) => {
        globalThis.result = (0, eval)(`(${work})`)(api);
      },
      String(fetchMe),
      servers.apiOrigin,
    );
  const result = (page) => page.evaluate(() => globalThis.result);
  const asked = () => servers.auth.gates.length;

  test("one after the other", async () => {
    const [one, two] = [await tab(), await tab()];
    await start(one);
    await until(() => asked() === 1);
    await start(two);
    await until(async () => String(await two.evaluate(locks)) === "1,1");
    assert.equal(asked(), 1, "the second waits");
    servers.auth.gates[0]();
    await until(() => asked() === 2);
    assert.deepEqual(answered, [0]);
    servers.auth.gates[1]();
    assert.equal(await result(one), true);
    assert.equal(await result(two), true);
    await until(async () => String(await two.evaluate(locks)) === "0,0");
  });

  test("nobody waits long for a lock that is never given back", async () => {
    const page = await tab();
    await page.evaluate((app) => {
      void navigator.locks.request(`strongroom ${app}/auth {}`, () => new Promise(() => {}));
    }, servers.app);
    await start(page);
    await until(() => asked() === 1);
    assert.deepEqual(await page.evaluate(locks), [1, 0]);
    servers.auth.gates[0]();
    assert.equal(await result(page), true);
    assert.equal(asked(), 1, "asked once, not again for the lock's sake");
  });

  test("a browser without locks", async () => {
    servers.site["/lockless.js"] = { "content-type": "text/javascript", body: lockless };
    const page = await tab({ worker: "/lockless.js" });
    await start(page);
    await until(() => asked() === 1);
    servers.auth.gates[0]();
    assert.equal(await result(page), true);
    assert.equal(asked(), 1);
  });

  test("a refresh that fails in its turn fails once, and leaves the turn to others", async () => {
    const page = await tab();
    const { answer } = servers.auth;
    // A redirect is an error here, and one that no browser tries again by itself.
    const away = [302, {}, { location: "/elsewhere" }];
    servers.auth.answer = (route, ...rest) => (route === "refresh" ? away : answer(route, ...rest));
    const code = page.evaluate(
      (api) => vault.fetch(`${api}/v1/me`).catch((error) => error.code),
      servers.apiOrigin,
    );
    assert.equal(await code, "unreachable");
    servers.auth.answer = answer;
    const calls = servers.auth.count("refresh");
    assert.equal(calls, 3, "three tries, each of them sent once");
  });

  if (engine === "chromium") {
    test("a tab that froze with the lock in its hand keeps no other from refreshing", async () => {
      const frozen = await tab();
      const worker = await inspectWorker(frozen);
      await worker.send("Debugger.enable");
      await frozen.evaluate((api) => void vault.fetch(`${api}/v1/me`), servers.apiOrigin);
      await until(() => asked() === 1);
      void worker.send("Runtime.evaluate", { expression: "debugger" });
      const two = await tab();
      await start(two);
      await until(() => asked() === 2);
      servers.auth.gates[1]();
      assert.equal(await result(two), true);
      assert.deepEqual(await two.evaluate(locks), [1, 0], "the frozen tab still holds its lock");
      assert.deepEqual(answered, [1]);
    });
  }
});
