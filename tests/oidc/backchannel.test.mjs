// Logout tokens: which sessions a good one ends, and that nothing else ends any.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { rmSync } from "node:fs";
import { after, before, describe as group, test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, SESSION_COOKIE } from "../endpoints/browser.mjs";
import { endpointsIn } from "../endpoints/local.mjs";
import { describe, sleep } from "../endpoints/stack.mjs";
import { Proxy as ProviderProxy, streamingFetch } from "./proxy.mjs";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

let stack, proxy, origin, auth, store, sids;
before(async () => {
  stack = await describe({ accessTokenSeconds: 60, timing: undefined });
  proxy = await ProviderProxy.start(stack);
  origin = stack.origins.inpage;
  store = memoryStore({ quiet: true });
  auth = endpointsIn(stack, { store, fetch: streamingFetch(stack) });
  sids = new Map();
  // The provider's id tokens go by here: what they say of the provider's own session.
  const note = async (answer) => {
    const { id_token: token } = JSON.parse(answer.body);
    if (token) {
      const { sub, sid } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      sids.set(sub, [...(sids.get(sub) ?? []), sid]);
    }
    return answer;
  };
  proxy.rules = [{ path: "/token", change: note }];
});
after(() => {
  proxy?.stop();
  rmSync(stack.dir, { recursive: true, force: true });
});

const seconds = () => Math.floor(Date.now() / 1000);
const browserOf = (endpoints = auth) =>
  new Browser(stack, { [origin]: (request) => endpoints.fetch(request) });
const signIn = async (name, endpoints) => {
  const browser = browserOf(endpoints);
  await browser.login(origin, { name });
  assert.equal((await browser.call(origin, "session")).status, 200);
  return browser;
};
let count = 0;
const good = () => ({
  ...{ iss: stack.origins.id, aud: stack.clients.inpage.id, iat: seconds(), exp: seconds() + 120 },
  ...{ jti: `logout-${++count}`, events: { [EVENT]: {} } },
});
const sign = (claims, options) =>
  proxy.sign(
    undefined,
    { ...good(), ...claims },
    { ...options, header: { typ: "logout+jwt", ...options?.header } },
  );

async function send(token, { endpoints = auth, headers, method = "POST", body } = {}) {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const init = { method, headers: { ...type, ...headers } };
  if (method !== "GET") init.body = body ?? new URLSearchParams({ logout_token: token }).toString();
  const response = await endpoints.fetch(new Request(`${origin}/auth/backchannel`, init));
  const text = await response.text();
  assert.equal(response.headers.get("set-cookie"), null);
  assert.equal(response.headers.get("cache-control"), "no-store");
  return {
    status: response.status,
    code: text ? JSON.parse(text).code : undefined,
    headers: response.headers,
  };
}
/** The store with some methods replaced. */
const changed = (methods) =>
  new Proxy(store, { get: (target, name) => methods[name] ?? target[name].bind(target) });
const isAlive = async (browser) => (await browser.call(origin, "session")).status === 200;

group("a logout token", () => {
  test("of a session ends that one", async () => {
    const [one, other] = [await signIn("sid"), await signIn("sid")];
    const [sid] = sids.get("sid");
    assert.equal((await send(await sign({ sub: "sid", sid }))).status, 200);
    const ended = await one.call(origin, "refresh");
    assert.equal(ended.json.reason, "revoked");
    assert.deepEqual(ended.setCookies, []);
    assert.ok(await isAlive(other));
  });

  test("without a subject finds the session all the same", async () => {
    const [one, other] = [await signIn("anonymous"), await signIn("anonymous")];
    const [, sid] = sids.get("anonymous");
    assert.equal((await send(await sign({ sid }))).status, 200);
    assert.ok(await isAlive(one));
    assert.ok(!(await isAlive(other)));
  });

  test("of a subject ends all that it has in this application, and nobody else's", async () => {
    const [one, other, stranger] = [await signIn("sub"), await signIn("sub"), await signIn("stranger")];
    const application = endpointsIn(stack, {
      ...{ store, fetch: streamingFetch(stack) },
      oidc: { issuer: stack.origins.id, clientId: "elsewhere", clientSecret: "none" },
    });
    assert.equal(
      (await send(await sign({ sub: "sub", aud: "elsewhere" }), { endpoints: application })).status,
      200,
    );
    assert.ok(await isAlive(one), "another application's logout");
    assert.equal((await send(await sign({ sub: "sub" }))).status, 200);
    assert.deepEqual(
      [await isAlive(one), await isAlive(other), await isAlive(stranger)],
      [false, false, true],
    );
  });

  test("of somebody who is not here is taken too: the provider has nothing to repeat", async () => {
    assert.equal((await send(await sign({ sub: "nobody" }))).status, 200);
    assert.equal((await send(await sign({ sid: "none" }))).status, 200);
  });

  test("ends no session that was opened after it, however late it comes", async () => {
    const browser = await signIn("again");
    await send(await sign({ sub: "again", iat: seconds() - 60 }));
    assert.ok(await isAlive(browser));
  });

  test("reaches a login that is under way", async () => {
    const browser = browserOf();
    const { url } = await browser.login(origin, {
      name: "racing",
      stop: (next) => next.includes("/auth/callback"),
    });
    // The logout comes between the code and the session: this store tells when.
    const create = async (...parameters) => {
      assert.equal((await send(await sign({ sub: "racing" }))).status, 200);
      return store.create(...parameters);
    };
    const endpoints = endpointsIn(stack, { store: changed({ create }), fetch: streamingFetch(stack) });
    browser.local[origin] = (request) => endpoints.fetch(request);
    const answer = await browser.request(url);
    assert.equal(answer.json?.code, "provider_refused", answer.text);
    assert.deepEqual(answer.setCookies, []);
    assert.deepEqual((await auth.sessions.list("racing")).sessions, []);
  });

  test("that comes late takes nothing back of a later one, which reaches a login that is under way", async () => {
    const browser = browserOf();
    const { url } = await browser.login(origin, {
      name: "overtaken",
      stop: (next) => next.includes("/auth/callback"),
    });
    const create = async (...parameters) => {
      for (const iat of [seconds(), seconds() - 60])
        assert.equal((await send(await sign({ sub: "overtaken", iat }))).status, 200);
      return store.create(...parameters);
    };
    const endpoints = endpointsIn(stack, { store: changed({ create }), fetch: streamingFetch(stack) });
    browser.local[origin] = (request) => endpoints.fetch(request);
    assert.equal((await browser.request(url)).json?.code, "provider_refused");
    assert.deepEqual((await auth.sessions.list("overtaken")).sessions, []);
  });

  test("is taken once; after a failure half-way, again", async () => {
    const browser = await signIn("once");
    const token = await sign({ sub: "once" });
    const list = () => Promise.reject(new Error("connection lost"));
    const endpoints = endpointsIn(stack, { store: changed({ list }), fetch: streamingFetch(stack) });
    const away = await send(token, { endpoints });
    assert.equal(away.code, "store_unavailable");
    assert.ok(Number(away.headers.get("retry-after")) > 0);
    assert.ok(await isAlive(browser));
    assert.equal((await send(token)).status, 200);
    assert.ok(!(await isAlive(browser)));
    assert.equal((await send(token)).code, "logout_token_invalid");
  });

  test("ends the grant at the provider with the session", async () => {
    const revoked = [];
    const real = streamingFetch(stack);
    const fetch = (url, init) => (url.endsWith("/token/revocation") && revoked.push(url), real(url, init));
    const endpoints = endpointsIn(stack, { store, fetch });
    await signIn("granted", endpoints);
    await send(await sign({ sub: "granted" }), { endpoints });
    for (let i = 0; i < 100 && revoked.length === 0; i++) await sleep(20);
    assert.equal(revoked.length, 1);
  });
});

group("refused, and the session lives:", () => {
  let browser;
  const sub = "steady";
  before(async () => {
    browser = await signIn(sub);
  });
  const secretHmac = async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const input = `${part({ alg: "HS256", typ: "logout+jwt" })}.${part({ ...good(), sub })}`;
    return `${input}.${createHmac("sha256", stack.clients.inpage.secret).update(input).digest("base64url")}`;
  };
  const none = () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none", typ: "logout+jwt" })}.${part({ ...good(), sub })}.`;
  };
  const cases = [
    ["iss of another", () => sign({ sub, iss: "https://evil.example" })],
    ["no iss", () => sign({ sub, iss: undefined })],
    ["aud of another", () => sign({ sub, aud: "another" })],
    ["no aud", () => sign({ sub, aud: undefined })],
    ["exp is past", () => sign({ sub, exp: seconds() - 60 })],
    ["no exp", () => sign({ sub, exp: undefined })],
    ["no iat", () => sign({ sub, iat: undefined })],
    ["iat an hour ago", () => sign({ sub, iat: seconds() - 3600, exp: seconds() + 3600 })],
    ["iat an hour ahead", () => sign({ sub, iat: seconds() + 3600, exp: seconds() + 7200 })],
    ["no jti", () => sign({ sub, jti: undefined })],
    ["jti a number", () => sign({ sub, jti: 7 })],
    ["neither sub nor sid", () => sign({})],
    ["sub a list", () => sign({ sub: [sub] })],
    ["sub empty", () => sign({ sub: "" })],
    ["sid a number beside the subject", () => sign({ sub, sid: 7 })],
    ["a nonce, as id tokens have", () => sign({ sub, nonce: "n" })],
    ["no events", () => sign({ sub, events: undefined })],
    ["another event", () => sign({ sub, events: { "http://schemas.openid.net/event/other": {} } })],
    ["an event that is no object", () => sign({ sub, events: { [EVENT]: true } })],
    ["events a list", () => sign({ sub, events: [EVENT] })],
    ["typ of an access token", () => sign({ sub }, { header: { typ: "at+jwt" } })],
    ["typ of anything", () => sign({ sub }, { header: { typ: "secevent+jwt" } })],
    ["alg none", none],
    ["HS256 by the client's secret", secretHmac],
    ["a foreign key", () => sign({ sub }, { key: proxy.foreign })],
    ["another kid", () => sign({ sub }, { header: { kid: "nobody" } })],
    ["a critical parameter", () => sign({ sub }, { header: { crit: ["b2b"], b2b: true } })],
    ["a signature flipped", async () => flipped(await sign({ sub }))],
    ["no token", () => "x"],
  ];
  for (const [name, make] of cases) {
    test(name, async () => {
      const { status, code } = await send(await make());
      assert.deepEqual([status, code], [400, "logout_token_invalid"]);
      assert.ok(await isAlive(browser));
    });
  }

  test("an id token is none", async () => {
    let genuine;
    const rule = {
      path: "/token",
      change: (answer) => ((genuine = JSON.parse(answer.body).id_token), answer),
    };
    proxy.rules.push(rule);
    await signIn(sub);
    proxy.rules.splice(proxy.rules.indexOf(rule), 1);
    assert.equal((await send(genuine)).code, "logout_token_invalid");
    assert.ok(await isAlive(browser));
  });

  test("another session's sid beside the subject ends none", async () => {
    assert.equal((await send(await sign({ sub, sid: "another" }))).status, 200);
    assert.ok(await isAlive(browser));
  });

  test("other forms of request", async () => {
    const token = await sign({ sub });
    const cases = [
      [{ method: "GET" }, 405, "method_not_allowed"],
      [{ method: "PUT" }, 405, "method_not_allowed"],
      [{ headers: { "content-type": "application/json" } }, 415, "content_type_refused"],
      [{ headers: { "content-type": "multipart/form-data; boundary=x" } }, 415, "content_type_refused"],
      [{ body: "" }, 400, "request_invalid"],
      [{ body: `logout_token=${token}&logout_token=${token}` }, 400, "request_invalid"],
      [{ body: `logout_token=${"x".repeat(30_000)}` }, 400, "request_invalid"],
      [{ body: new Uint8Array([0xff, 0xfe]) }, 400, "request_invalid"],
    ];
    for (const [options, status, code] of cases) {
      const answer = await send(token, options);
      assert.deepEqual([answer.status, answer.code], [status, code], JSON.stringify(options).slice(0, 80));
      if (status === 405) assert.equal(answer.headers.get("allow"), "POST");
    }
    assert.ok(await isAlive(browser));
  });

  test("keys that are not to be had: 502, and the provider may try again", async () => {
    const endpoints = endpointsIn(stack, { store, fetch: streamingFetch(stack) });
    const token = await sign({ sub });
    proxy.rules.push({ path: "/jwks", change: (answer) => ({ ...answer, status: 500, body: "" }) });
    const answer = await send(token, { endpoints });
    proxy.rules.pop();
    assert.deepEqual([answer.status, answer.code], [502, "provider_unreachable"]);
    assert.ok(await isAlive(browser));
  });

  test("where it is not configured, there is no such route", async () => {
    const endpoints = endpointsIn(stack, { store, oidc: { backchannel: undefined } });
    assert.equal((await send(await sign({ sub }), { endpoints })).status, 404);
  });

  test("and a good one ends it, so that all this was about a session that could end", async () => {
    assert.equal((await send(await sign({ sub }))).status, 200);
    assert.ok(!(await isAlive(browser)), SESSION_COOKIE);
  });
});

function flipped(token) {
  const [header, payload, signature] = token.split(".");
  return [header, payload, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join(".");
}
