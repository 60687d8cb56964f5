// The provider or the store is away, slow, or asked by many at once: nobody is logged out, nothing is spent in vain.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, fetchIn } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { sleep, start, until } from "./stack.mjs";

let running, stack, provider, origin, rs256;
before(async () => {
  running = await start({ accessTokenSeconds: 8 });
  ({ stack, provider } = running);
  origin = stack.origins.inpage;
  rs256 = { audience: `${stack.origins.api}/rs256` };
});
after(() => running?.stop());

const signedIn = async (name) => {
  const browser = new Browser(stack);
  await browser.login(origin, { name });
  return browser;
};
const local = (options) => {
  const auth = endpointsIn(stack, options);
  return (request) => auth.fetch(request);
};
const expectAway = (answer, status, code) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.code, code);
  assert.ok(Number(answer.headers["retry-after"]) >= 1);
  assert.deepEqual(answer.setCookies, []);
};
/** Tries as a vault does: as soon as the answer says. */
const eventually = async (browser, body) => {
  let answer;
  await until(
    async () => (answer = await browser.call(origin, "refresh", { body })).status === 200,
    "a token",
  );
  return answer;
};

describe("many at once", () => {
  test("20 requests for a token that nobody has: the provider's refresh token is used once", async () => {
    const browser = await signedIn("herd");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.call(origin, "refresh", { body: rs256 })),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(new Set(answers.map(({ json }) => json.access_token)).size, 1, "one token for all");
    // A second use would have ended the grant at this strict provider.
    const other = { audience: `${stack.origins.api}/rs256`, scope: "read" };
    await sleep(stack.accessTokenSeconds * 650);
    assert.equal((await browser.call(origin, "refresh", { body: other })).status, 200);
  });
});

describe("the provider", () => {
  test("is down: 502, no cookie, no generation spent; back up: everything goes on", async () => {
    const browser = await signedIn("outage");
    await sleep(stack.timing.rest + 100);
    const handle = browser.handle(origin);
    await provider.down();
    try {
      expectAway(await browser.call(origin, "refresh", { body: rs256 }), 502, "provider_unreachable");
      assert.equal((await browser.call(origin, "session")).status, 200, "who is signed in needs no provider");
      const cached = await browser.call(origin, "refresh");
      assert.equal(cached.status, 200, "a token that lives is given without the provider");
    } finally {
      await provider.up();
    }
    assert.notEqual(browser.handle(origin), handle);
    const back = await eventually(browser, rs256);
    assert.ok(back.json.access_token);
  });

  test("is down when a handle would rotate: it rotates when the provider is back", async () => {
    const browser = await signedIn("patient");
    await sleep(stack.timing.rest + 100);
    const handle = browser.handle(origin);
    await provider.down();
    for (let i = 0; i < 2; i++) {
      expectAway(await browser.call(origin, "refresh", { body: rs256 }), 502, "provider_unreachable");
    }
    await provider.up();
    assert.equal(browser.handle(origin), handle);
    assert.equal((await eventually(browser, rs256)).headers["strongroom-outcome"], "rotated");
  });

  test("is down at login: a browser goes back to the app with the reason", async () => {
    // Endpoints that have not met the provider yet.
    const fresh = local({ fetch: () => Promise.reject(new TypeError("connection refused")) });
    const browser = new Browser(stack, { [origin]: fresh });
    expectAway(await browser.request(`${origin}/auth/login`), 502, "provider_unreachable");
    const page = await browser.request(`${origin}/auth/login`, { headers: { accept: "text/html" } });
    assert.equal(page.headers.location, `${origin}/?problem=provider_unreachable`);
  });

  test("hangs: the answer that comes late is not lost", async () => {
    const browser = await signedIn("late");
    provider.hang();
    const waiting = browser.call(origin, "refresh", { body: rs256 });
    const answer = await waiting.finally(() => provider.resume());
    expectAway(answer, 502, "provider_unreachable");
    const back = await eventually(browser, rs256);
    assert.ok(back.json.access_token, "the rotated refresh token was kept, or the grant would be gone");
  });

  test("no longer honours the refresh token: the login is asked for again", async () => {
    const browser = new Browser(stack, {
      [origin]: local({
        fetch: async (url, init) => {
          const isRefresh = url.endsWith("/token") && String(init.body).includes("grant_type=refresh_token");
          if (isRefresh) return Response.json({ error: "invalid_grant" }, { status: 400 });
          return fetchIn(stack)(url, init);
        },
      }),
    });
    await browser.login(origin, { name: "gone" });
    const answer = await browser.call(origin, "refresh", { body: rs256 });
    assert.equal(answer.status, 401);
    assert.equal(answer.json.code, "reauth_required");
    assert.equal((await browser.call(origin, "session")).status, 200, "that is not the end of the session");
  });
});

test("a session that ends while the provider is asked leaves no refresh token behind", async () => {
  const revoked = [];
  let given, asked;
  const fetch = async (url, init) => {
    if (url.endsWith("/token/revocation")) revoked.push(new URLSearchParams(init.body).get("token"));
    const response = await fetchIn(stack)(url, init);
    if (!String(init?.body).includes("grant_type=refresh_token")) return response;
    const body = await response.json();
    given = body.refresh_token;
    asked();
    await sleep(300);
    return Response.json(body);
  };
  const browser = new Browser(stack, { [origin]: local({ fetch }) });
  await browser.login(origin, { name: "hasty" });
  const waiting = new Promise((resolve) => (asked = resolve));
  const refresh = browser.call(origin, "refresh", { body: rs256 });
  await waiting;
  await browser.call(origin, "logout");
  assert.equal((await refresh).json.reason, "revoked");
  assert.ok(revoked.includes(given));
});

describe("the store", () => {
  test("is away: 503 and no cookie; only logout clears its own", async () => {
    const store = memoryStore({ quiet: true });
    let away = false;
    const flaky = new Proxy(store, {
      get:
        (target, name) =>
        async (...parameters) => {
          if (away) throw new Error("connection lost");
          return target[name](...parameters);
        },
    });
    const browser = new Browser(stack, { [origin]: local({ store: flaky }) });
    await browser.login(origin, { name: "frida" });
    away = true;
    const handle = browser.handle(origin);
    for (const route of ["refresh", "session"]) {
      expectAway(await browser.call(origin, route), 503, "store_unavailable");
    }
    const { url } = await browser.login(origin, { stop: (next) => next.includes("/auth/callback") });
    expectAway(await browser.request(url), 503, "store_unavailable");
    assert.equal(browser.handle(origin), handle);
    away = false;
    assert.equal((await browser.call(origin, "refresh")).status, 200);
    away = true;
    const logout = await browser.call(origin, "logout");
    assert.equal(logout.status, 503);
    assert.equal(browser.handle(origin), undefined);
  });

  test("loses the answer of a write after the provider has rotated: it is written again", async () => {
    const store = memoryStore({ quiet: true });
    let failures = 0;
    const flaky = new Proxy(store, {
      get:
        (target, name) =>
        async (...parameters) => {
          const renewed = name === "cas" && parameters[3].lease?.until === 0;
          if (renewed && failures++ < 2) throw new Error("connection lost");
          return target[name](...parameters);
        },
    });
    const browser = new Browser(stack, { [origin]: local({ store: flaky }) });
    await browser.login(origin, { name: "grace" });
    assert.equal((await browser.call(origin, "refresh", { body: rs256 })).status, 200);
    assert.ok(failures > 2, "two writes were lost");
  });
});
