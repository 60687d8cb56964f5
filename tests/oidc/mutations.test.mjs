// The real provider behind a proxy that changes its answers: everything wrong is refused with its code, sets no cookie and opens
// no session; and the same endpoints take the answer that is left as it is.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe as group, test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, SESSION_COOKIE } from "../endpoints/browser.mjs";
import { endpointsIn } from "../endpoints/local.mjs";
import { describe } from "../endpoints/stack.mjs";
import { KEYS, METADATA, PUSHED, REFRESH, TOKEN } from "./mutations.mjs";
import { Proxy, streamingFetch } from "./proxy.mjs";

let stack, proxy, origin, rs256;
before(async () => {
  stack = await describe({ accessTokenSeconds: 60, timing: undefined });
  proxy = await Proxy.start(stack);
  proxy.secret = stack.clients.inpage.secret;
  origin = stack.origins.inpage;
  rs256 = { audience: `${stack.origins.api}/rs256` };
});
after(() => {
  proxy?.stop();
  rmSync(stack.dir, { recursive: true, force: true });
});

/** Endpoints that have not met the provider yet, and a browser before them. */
function fresh({ timeoutSeconds = 20 } = {}) {
  const store = memoryStore({ quiet: true });
  const auth = endpointsIn(stack, {
    store,
    fetch: streamingFetch(stack),
    oidc: { timeoutSeconds, patienceSeconds: timeoutSeconds },
  });
  return { auth, browser: new Browser(stack, { [origin]: (request) => auth.fetch(request) }) };
}

const under = async (rules, work) => {
  proxy.rules = rules;
  try {
    return await work();
  } finally {
    proxy.rules = [];
  }
};
const STATUS = { provider_unreachable: 502, reauth_required: 401 };
const setsNoSession = ({ setCookies }) =>
  assert.ok(!setCookies.some((text) => text.startsWith(`${SESSION_COOKIE}=`)));

async function refused({ auth, browser }, rules, code, query) {
  const answer = await under(rules, async () => {
    const page = await browser.login(origin, {
      name: "mona",
      query,
      stop: (url) => url.includes("/auth/callback"),
    });
    return page.url.includes("/auth/callback") ? browser.request(page.url) : page;
  });
  assert.equal(answer.json?.code, code, `${answer.status} ${answer.text}`);
  assert.equal(answer.status, STATUS[code] ?? 400);
  assert.deepEqual(answer.setCookies, []);
  assert.equal(browser.handle(origin), undefined);
  assert.deepEqual((await auth.sessions.list("mona")).sessions, []);
  assert.deepEqual((await auth.sessions.list("mallory")).sessions, []);
}

group("an answer that is changed", () => {
  test("is taken where only the signature is another good one", async () => {
    const resigned = {
      path: "/token",
      change: async (answer) => {
        const body = JSON.parse(answer.body);
        return { ...answer, body: JSON.stringify({ ...body, id_token: await proxy.sign(body.id_token) }) };
      },
    };
    const { browser } = fresh();
    await under([resigned], () => browser.login(origin, { name: "mona" }));
    assert.equal((await browser.call(origin, "session")).json.session.subject, "mona");
  });

  for (const [name, rule, code, { query, ...options } = {}] of [...TOKEN, ...METADATA, ...KEYS, ...PUSHED]) {
    test(name, async () => {
      const endpoints = fresh(options);
      endpoints.auth.init({});
      await refused(endpoints, [rule], code, query);
    });
  }
});

group("a refresh whose answer is changed", () => {
  for (const [name, rule, code] of REFRESH) {
    test(name, async () => {
      const { browser } = fresh();
      await browser.login(origin, { name: "nora" });
      const handle = browser.handle(origin);
      const isRefresh = (body) => body.includes("grant_type=refresh_token");
      const answer = await under([{ ...rule, when: isRefresh }], () =>
        browser.call(origin, "refresh", { body: rs256 }),
      );
      assert.equal(answer.json?.code, code, `${answer.status} ${answer.text}`);
      assert.equal(answer.status, STATUS[code] ?? 400);
      setsNoSession(answer);
      assert.equal(answer.json.access_token, undefined);
      assert.equal(browser.handle(origin), handle);
      assert.equal((await browser.call(origin, "session")).status, 200, "the session goes on");
      assert.equal((await browser.call(origin, "refresh")).status, 200, "and the token that it has");
    });
  }
});
