// The suite in three browser engines, bundled as an app's bundler does it.
import assert from "node:assert/strict";
import { build } from "esbuild";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ENGINES, launch } from "../engines/index.mjs";
import { startKeyServer } from "./server.mjs";
import { tests } from "./suite.mjs";

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("worker.mjs", import.meta.url))],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  logOverride: { "ignored-bare-import": "silent" },
});

/** An empty page with the bundle beside it, on loopback: a secure context that may ask the key server there. */
const startSite = async () => {
  const types = { "/": "text/html", "/worker.js": "text/javascript" };
  const server = createServer(({ url }, response) => {
    response.writeHead(types[url] ? 200 : 404, { "content-type": types[url] ?? "text/plain" });
    response.end(url === "/worker.js" ? outputFiles[0].text : "<!doctype html>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => (server.close(), server.closeAllConnections()),
  };
};

/** Calls worker.mjs's handler in the page. */
const ask = async (path) => {
  const { default: worker } = await import("/worker.js");
  return (await worker.fetch(new Request(new URL(path, location.href)))).text();
};

for (const engine of ENGINES) {
  describe(engine, () => {
    let keys;
    let site;
    let browser;
    let page;
    before(async () => {
      [keys, site] = await Promise.all([startKeyServer(), startSite()]);
      browser = await launch(engine);
      page = await (await browser.jar()).open(site.url);
    });
    after(() => Promise.all([browser?.close(), keys?.stop(), site?.stop()]));

    test("it has every test of the suite", async () => {
      assert.deepEqual(JSON.parse(await page.evaluate(ask, "/")), Object.keys(tests));
    });
    for (const name of Object.keys(tests)) {
      test(name, async () => {
        const query = new URLSearchParams({ name, keys: keys.origin });
        assert.equal(await page.evaluate(ask, `/run?${query}`), "ok");
      });
    }
  });
}
