// `vault.fetch` against `fetch` itself: the same battery in the same page, results compared.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../engines/index.mjs";
import { cases, show } from "./cases.mjs";
import { routes } from "./routes.mjs";
import { startServers } from "./servers.mjs";

const engines = (process.env.STRONGROOM_ENGINES ?? "chromium").split(",");

const runCase = async (source, shower, through, api) => {
  const run = (0, eval)(`(${source})`);
  const describeResponse = (0, eval)(`(${shower})`);
  const f = through === "fetch" ? (...args) => fetch(...args) : (...args) => globalThis.vault.fetch(...args);
  return { result: (await run(f, api, describeResponse)) ?? null };
};

/** Where an engine's own fetch departs from the standard and the vault does not. */
const explained = {
  firefox: {
    // https://fetch.spec.whatwg.org/#abort-fetch: the body is errored with the signal's reason
    "aborted while the body comes, own reason": { result: "RangeError" },
  },
  webkit: {
    "aborted before the head, own reason": { result: ["RangeError", "mine"] },
    "timed out": { result: "TimeoutError" },
    "aborted while the body comes, own reason": { result: "RangeError" },
  },
};

for (const engine of engines) {
  describe(`fetch semantics in ${engine}`, () => {
    let servers, browser, page;
    before(async () => {
      servers = await startServers();
      routes(servers.api);
      browser = await launch(engine);
      const jar = await browser.jar();
      page = await jar.open(servers.app);
      await page.evaluate(async (api) => {
        const { openVault } = await import("/dist/index.js");
        globalThis.vault = await openVault({
          endpoints: "/auth",
          resources: [{ origin: api }, { origin: api.replace(/:\d+$/, ":1") }],
        });
      }, servers.apiOrigin);
    });
    after(async () => {
      await browser?.close();
      servers?.close();
    });
    for (const [name, run] of Object.entries(cases)) {
      test(name, { timeout: 20_000 }, async () => {
        const through = (which) =>
          page.evaluate(runCase, String(run), String(show), which, servers.apiOrigin);
        const [plain, vault] = [await through("fetch"), await through("vault")];
        assert.deepEqual(vault, explained[engine]?.[name] ?? plain);
      });
    }
  });
}
