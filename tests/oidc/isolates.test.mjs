// Eight isolates, one session, and a provider that ends everything when it sees a refresh token twice: for thousands of refreshes,
// with a store that answers late and now and then not at all, and a provider that now and then is slow.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, SESSION_COOKIE, fetchIn } from "../endpoints/browser.mjs";
import { endpointsIn } from "../endpoints/local.mjs";
import { describe, sleep, startProvider } from "../endpoints/stack.mjs";

const COUNT = process.env.STRONGROOM_ALL ? 10_000 : 160;
const ISOLATES = 8;
/** Of 1000: requests to the provider whose answer is later than a browser waits, and steps of the store that fail. */
const [SLOW, FAILING] = [4, 4];

let stack, child, origin;
before(async () => {
  stack = await describe({ accessTokenSeconds: 60, timing: undefined });
  child = await startProvider(stack);
  origin = stack.origins.inpage;
});
after(() => {
  child?.kill();
  rmSync(stack.dir, { recursive: true, force: true });
});

test(
  `8 isolates refresh one session ${COUNT} times: each of the provider's refresh tokens is used once`,
  { timeout: 3_600_000 },
  async (context) => {
    let now = Date.now();
    let atProvider = 0;
    const used = [];
    const faults = { slow: 0, before: 0, after: 0 };
    const chance = (permille) => Math.random() * 1000 < permille;
    const inner = memoryStore({ quiet: true, now: () => now });
    let faulty = false;
    const store = new Proxy(inner, {
      get:
        (target, name) =>
        async (...parameters) => {
          await sleep(Math.random() * 3);
          if (faulty && chance(FAILING)) throw (faults.before++, new Error("connection lost"));
          const answer = await target[name](...parameters);
          // The step was made and its answer is lost: the worse half.
          if (faulty && chance(FAILING)) throw (faults.after++, new Error("connection lost"));
          return answer;
        },
    });
    const real = fetchIn(stack);
    const fetch = async (url, init) => {
      const token = new URLSearchParams(String(init?.body)).get("refresh_token");
      if (!token) return real(url, init);
      used.push(token);
      atProvider++;
      try {
        const answer = await real(url, init);
        if (faulty && chance(SLOW)) await sleep((faults.slow++, 2500));
        return answer;
      } finally {
        atProvider--;
      }
    };
    const work = new Set();
    const waitUntil = (promise) => {
      work.add(promise);
      void promise.catch(() => undefined).finally(() => work.delete(promise));
    };
    const resources = ["es256", "rs256"].map((name) => ({
      audience: `${stack.origins.api}/${name}`,
      scope: "read write",
    }));
    const isolates = Array.from({ length: ISOLATES }, () =>
      endpointsIn(stack, { store, fetch, oidc: { resources, timeoutSeconds: 2 } }),
    );
    // Patient: only refreshes are to be hurried here.
    const first = endpointsIn(stack, { store, fetch, oidc: { resources, timeoutSeconds: 20 } });
    const browser = new Browser(stack, {
      [origin]: (request) => first.fetch(request, undefined, { waitUntil }),
    });
    await browser.login(origin, { name: "busy" });
    const tabs = isolates.map((isolate) => {
      const tab = new Browser(stack, {
        [origin]: (request) => isolate.fetch(request, undefined, { waitUntil }),
      });
      tab.cookies = browser.cookies;
      return tab;
    });
    faulty = true;
    const answers = {};
    for (let refreshes = 0; refreshes < COUNT; refreshes += ISOLATES) {
      await Promise.all(
        tabs.map(async (tab, index) => {
          const scope = ["read", "write", "read write"][index % 3];
          const { status, json } = await tab.call(origin, "refresh", {
            body: { audience: resources[index % 2].audience, scope },
          });
          const key = json.code ?? status;
          answers[key] = (answers[key] ?? 0) + 1;
          if (status === 200) assert.equal(json.scope, scope);
        }),
      );
      // Time is virtual, and stands still as long as anybody is at the provider: a lease is longer than that in real time too.
      while (work.size > 0 || atProvider > 0) await sleep(5);
      now += 30_000;
    }
    faulty = false;
    context.diagnostic(
      `${used.length} uses at the provider; answers ${JSON.stringify(answers)}; faults ${JSON.stringify(faults)}`,
    );
    const known = new Set(["200", "provider_unreachable", "store_unavailable"]);
    assert.deepEqual(
      Object.keys(answers).filter((key) => !known.has(key)),
      [],
    );
    assert.ok(answers[200] > COUNT / 2, JSON.stringify(answers));
    assert.ok(used.length > COUNT / 4, "the provider was asked often");
    assert.equal(new Set(used).size, used.length, "no refresh token was used twice");
    now += 60_000;
    const last = await browser.call(origin, "refresh");
    assert.equal(last.status, 200, "the grant lives");
    assert.ok(last.json.expires_in > 55, "and gave this token just now");
    assert.ok(browser.handle(origin), `${SESSION_COOKIE} is still there`);
  },
);
