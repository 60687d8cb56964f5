// What a developer reads in the console about the page's policy, in the in-page mode on a loopback name.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServers } from "../browser/servers.mjs";
import { launch } from "../engines/index.mjs";
import { until } from "./look.mjs";

let browser, servers;
before(async () => {
  browser = await launch("chromium");
  servers = await startServers();
});
after(async () => {
  await browser?.close();
  servers?.close();
});

/** What the console says once a vault is open in a page with that policy. */
const advice = async (policy) => {
  servers.site.csp = policy;
  const jar = await browser.jar();
  const page = await jar.open(`${servers.app}/`);
  const said = [];
  page.native.on("console", (message) => said.push(message.text()));
  await page.evaluate(async (origin) => {
    const { openVault } = await import("/dist/index.js");
    await openVault({ endpoints: "/auth", resources: [{ origin }] });
    globalThis.advised = new Promise((resolve) => setTimeout(resolve, 1500, true));
  }, servers.apiOrigin);
  await until(page, () => globalThis.advised);
  await jar.close();
  return said.filter((text) => text.startsWith("strongroom:"));
};

test("a page without a policy is told what it lacks, once", async () => {
  const [said, ...others] = await advice(undefined);
  assert.deepEqual(others, []);
  for (const wanted of [
    "`script-src 'self' 'wasm-unsafe-eval'`",
    "`worker-src 'self'`",
    "`connect-src 'self'`",
  ]) {
    assert.ok(said.includes(wanted), said);
  }
});

test("a policy that leaves one thing open is told that one", async () => {
  const rest = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
  const said = await advice(
    `default-src 'self'; ${rest}; worker-src 'self' blob:; connect-src 'self' ${servers.apiOrigin}`,
  );
  assert.equal(said.length, 1);
  assert.match(said[0], /worker-src/);
  assert.doesNotMatch(said[0], /connect-src/);
});

test("a good policy is not commented on", async () => {
  const hash = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
  const good = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${hash}; worker-src 'self'; connect-src 'self' ${servers.apiOrigin}`;
  assert.deepEqual(await advice(good), []);
});
