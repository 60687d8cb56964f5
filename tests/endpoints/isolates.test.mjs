// Many isolates, one session, a provider that ends everything when it sees a refresh token twice.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, SESSION_COOKIE, fetchIn } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { describe, sleep, startProvider } from "./stack.mjs";

let stack, child, origin;
before(async () => {
  // Tokens so short that nearly every refresh needs the provider; the rotation with its own, long windows.
  stack = await describe({ accessTokenSeconds: 1, timing: undefined });
  child = await startProvider(stack);
  origin = stack.origins.inpage;
});
after(() => {
  child?.kill();
  rmSync(stack.dir, { recursive: true, force: true });
});

test("8 isolates refresh one session for 6 seconds: each refresh token is used once", async () => {
  const store = slow(memoryStore({ quiet: true }));
  const used = [];
  const fetch = async (url, init) => {
    const token = new URLSearchParams(String(init?.body)).get("refresh_token");
    if (token) used.push(token);
    await sleep(Math.random() * 30);
    return fetchIn(stack)(url, init);
  };
  const isolates = Array.from({ length: 8 }, () => endpointsIn(stack, { store, fetch }));
  const browser = new Browser(stack);
  browser.local[origin] = (request) => isolates[0].fetch(request);
  await browser.login(origin, { name: "busy" });

  const statuses = {};
  const until = Date.now() + 6000;
  const work = isolates.map(async (isolate, index) => {
    // One cookie jar: each of its tabs meets another isolate.
    const tab = new Browser(stack, { [origin]: (request) => isolate.fetch(request) });
    tab.cookies = browser.cookies;
    const body = { audience: `${stack.origins.api}/${index % 2 ? "es256" : "rs256"}` };
    while (Date.now() < until) {
      const { status, json } = await tab.call(origin, "refresh", { body });
      const key = json.code ?? status;
      statuses[key] = (statuses[key] ?? 0) + 1;
      await sleep(Math.random() * 100);
    }
  });
  await Promise.all(work);
  assert.deepEqual(Object.keys(statuses), ["200"], JSON.stringify(statuses));
  assert.ok(used.length > 8, `the provider was asked ${used.length} times`);
  assert.equal(new Set(used).size, used.length, "no refresh token was used twice");
  assert.ok(browser.handle(origin), `${SESSION_COOKIE} is still there`);
});

/** A store that answers late, and not in the order it was asked. */
function slow(store) {
  return new Proxy(store, {
    get:
      (target, name) =>
      async (...parameters) => {
        await sleep(Math.random() * 8);
        const answer = await target[name](...parameters);
        await sleep(Math.random() * 8);
        return answer;
      },
  });
}
