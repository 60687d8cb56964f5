// Rate limits, telemetry, the hooks at renewals, and what a provider gives beyond what was asked.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe as group, test } from "node:test";
import { EndpointsError, memoryLimiter } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, fetchIn } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { describe, startProvider } from "./stack.mjs";

let stack, child, origin, rs256;
before(async () => {
  stack = await describe({ accessTokenSeconds: 60, timing: undefined });
  child = await startProvider(stack);
  origin = stack.origins.inpage;
  rs256 = { audience: `${stack.origins.api}/rs256` };
});
after(() => {
  child?.kill();
  rmSync(stack.dir, { recursive: true, force: true });
});

const browserOf = (auth) => new Browser(stack, { [origin]: (request) => auth.fetch(request) });
const signIn = async (auth, name) => {
  const browser = browserOf(auth);
  await browser.login(origin, { name });
  return browser;
};
const limited = (answer) => {
  assert.equal(answer.status, 429, answer.text);
  assert.equal(answer.json.code, "rate_limited");
  assert.ok(Number(answer.headers["retry-after"]) >= 1);
  assert.deepEqual(answer.setCookies, []);
};

group("rate limits", () => {
  test("of a session: 429 with Retry-After, the session goes on, and logging out is always possible", async () => {
    let now = 0;
    const session = memoryLimiter({ requests: 3, seconds: 60, now: () => now });
    const auth = endpointsIn(stack, { limits: { session } });
    const [browser, other] = [await signIn(auth, "eager"), await signIn(auth, "eager")];
    for (let i = 0; i < 3; i++) assert.equal((await browser.call(origin, "refresh")).status, 200);
    const handle = browser.handle(origin);
    for (const route of ["refresh", "session", "refresh"]) limited(await browser.call(origin, route));
    assert.equal(browser.handle(origin), handle);
    assert.equal((await other.call(origin, "refresh")).status, 200, "each session has its own");
    now += 20_000;
    assert.equal((await browser.call(origin, "refresh")).status, 200);
    limited(await browser.call(origin, "refresh"));
    assert.equal((await browser.call(origin, "logout")).status, 200);
  });

  test("of an address: on every route, and a browser is sent back with the reason", async () => {
    const address = memoryLimiter({ requests: 1, seconds: 60 });
    const addressOf = (request) => request.headers.get("x-real-ip") ?? undefined;
    const auth = endpointsIn(stack, { limits: { address, addressOf } });
    const browser = await signIn(auth, "crowd");
    const from = (ip) => ({ headers: { "x-real-ip": ip } });
    assert.equal((await browser.call(origin, "session", from("192.0.2.1"))).status, 200);
    for (const route of ["refresh", "session"]) limited(await browser.call(origin, route, from("192.0.2.1")));
    for (const route of ["login", "callback"]) {
      limited(await browser.request(`${origin}/auth/${route}`, from("192.0.2.1")));
      const headers = { accept: "text/html", "x-real-ip": "192.0.2.1" };
      const shown = await browser.request(`${origin}/auth/${route}`, { headers });
      assert.equal(shown.headers.location, `${origin}/?problem=rate_limited`);
    }
    limited(await browser.request(`${origin}/auth/backchannel`, { method: "POST", ...from("192.0.2.1") }));
    assert.equal((await browser.call(origin, "session", from("192.0.2.2"))).status, 200, "another address");
    assert.equal((await browser.call(origin, "session")).status, 200, "no address, no limit");
    assert.equal((await browser.call(origin, "logout", from("192.0.2.1"))).status, 200);
  });

  test("a limiter that fails limits nothing", async () => {
    const session = { limit: () => Promise.reject(new Error("away")) };
    const browser = await signIn(endpointsIn(stack, { limits: { session } }), "free");
    assert.equal((await browser.call(origin, "refresh")).status, 200);
  });

  test("what is remembered is bounded", async () => {
    const limiter = memoryLimiter({ requests: 1, seconds: 3600 });
    await limiter.limit({ key: "first" });
    assert.equal((await limiter.limit({ key: "first" })).success, false);
    for (let i = 0; i < 10_000; i++) await limiter.limit({ key: String(i) });
    assert.equal((await limiter.limit({ key: "first" })).success, true);
  });
});

test("telemetry tells what happened, and nothing secret", async () => {
  const spans = [];
  const tracer = {
    startSpan: (name, { kind, attributes }) => {
      const span = { name, kind, ...attributes, ended: false };
      spans.push(span);
      return {
        setAttribute: (key, value) => (span[key] = value),
        setStatus: ({ code }) => (span.status = code),
        end: () => (span.ended = true),
      };
    },
  };
  const auth = endpointsIn(stack, { tracer });
  const browser = await signIn(auth, "watched-subject");
  const { json } = await browser.call(origin, "refresh");
  await new Browser(stack, browser.local).call(origin, "refresh");
  await browser.request(`${origin}/auth/x/made-up-path`, { method: "PUT" });
  assert.ok(spans.every(({ ended, kind }) => ended && kind === 1));
  const { name, ended: _, kind: __, ...rest } = spans.at(-3);
  assert.equal(name, "POST /auth/refresh");
  assert.deepEqual(rest, {
    "http.request.method": "POST",
    "http.route": "/auth/refresh",
    "http.response.status_code": 200,
    "strongroom.outcome": "no_rotate",
  });
  assert.equal(spans.at(-2)["error.type"], "session_ended");
  assert.equal(spans.at(-2)["strongroom.reason"], "missing");
  assert.equal(spans.at(-1).name, "PUT other");
  const all = JSON.stringify(spans);
  for (const secret of [json.access_token, browser.handle(origin), "watched-subject", "made-up", "code="]) {
    assert.ok(!all.includes(secret), secret.slice(0, 12));
  }
  const broken = {
    startSpan: () => {
      throw new Error("no collector");
    },
  };
  const other = await signIn(endpointsIn(stack, { tracer: broken }), "unwatched");
  assert.equal((await other.call(origin, "refresh")).status, 200);
});

group("onSession at a renewal", () => {
  test("is told so, and what it gives is what the page sees from then on", async () => {
    const events = [];
    const onSession = (event) => (events.push(event), { visits: (event.shown.visits ?? 0) + 1 });
    const browser = await signIn(endpointsIn(stack, { onSession }), "frequent");
    const first = await browser.call(origin, "refresh");
    assert.deepEqual(first.json.session.claims, { visits: 1 }, "a cached token asks nobody");
    const second = await browser.call(origin, "refresh", { body: rs256 });
    assert.deepEqual(second.json.session.claims, { visits: 2 });
    assert.deepEqual(
      events.map(({ reason, subject }) => [reason, subject]),
      [
        ["login", "frequent"],
        ["refresh", "frequent"],
      ],
    );
    assert.equal(events[0].claims.sub, "frequent");
    assert.deepEqual(events[1].shown, { visits: 1 });
  });

  test("can ask the user back; the refresh token that the provider has just given is not lost by it", async () => {
    let strict = true;
    const onSession = ({ reason }) => {
      if (strict && reason === "refresh") throw new EndpointsError("reauth_required");
      return {};
    };
    const browser = await signIn(endpointsIn(stack, { onSession }), "asked-back");
    for (let i = 0; i < 2; i++) {
      const answer = await browser.call(origin, "refresh", { body: rs256 });
      assert.deepEqual([answer.status, answer.json.code], [401, "reauth_required"]);
      assert.deepEqual(answer.setCookies, []);
    }
    strict = false;
    assert.equal((await browser.call(origin, "refresh", { body: rs256 })).status, 200);
  });
});

group("tokens", () => {
  test("of a resource without offline access are not for a server whose user is away", async () => {
    const resources = ["es256", "rs256"].map((name) => ({
      audience: `${stack.origins.api}/${name}`,
      scope: "read",
      offlineAccess: name === "es256",
    }));
    const auth = endpointsIn(stack, { oidc: { resources } });
    const browser = await signIn(auth, "away");
    const { id } = (await browser.call(origin, "session")).json.session;
    assert.ok((await auth.sessions.accessToken(id, {})).accessToken);
    await assert.rejects(auth.sessions.accessToken(id, rs256), { code: "resource_unknown" });
    assert.equal((await browser.call(origin, "refresh", { body: rs256 })).status, 200, "its page gets them");
  });

  test("offline access is asked for only where a resource has it", async () => {
    for (const [offlineAccess, expected] of [
      [undefined, true],
      [false, false],
    ]) {
      const resources = [
        { ...rs256, scope: "read", ...(offlineAccess === undefined ? {} : { offlineAccess }) },
      ];
      const asked = [];
      const fetch = (url, init) => {
        if (url.endsWith("/request")) asked.push(new URLSearchParams(String(init.body)).get("scope"));
        return fetchIn(stack)(url, init);
      };
      const auth = endpointsIn(stack, { fetch, oidc: { resources } });
      await browserOf(auth).request(`${origin}/auth/login`);
      assert.equal(asked[0].split(" ").includes("offline_access"), expected);
      assert.ok(asked[0].split(" ").includes("read"));
    }
  });

  test("that can do more than was asked are given to nobody, and cost nobody the session", async () => {
    let wider = true;
    const fetch = async (url, init) => {
      const response = await fetchIn(stack)(url, init);
      if (!wider || !String(init?.body).includes("grant_type=refresh_token")) return response;
      return Response.json({ ...(await response.json()), scope: "read write" });
    };
    const store = memoryStore({ quiet: true });
    const browser = await signIn(endpointsIn(stack, { fetch, store }), "modest");
    const answer = await browser.call(origin, "refresh", { body: rs256 });
    assert.deepEqual([answer.status, answer.json.code], [400, "provider_refused"]);
    wider = false;
    assert.equal(
      (await browser.call(origin, "refresh", { body: rs256 })).status,
      200,
      "the rotated one was kept",
    );
  });
});
