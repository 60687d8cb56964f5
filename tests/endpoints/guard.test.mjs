// What the endpoints refuse before they look at any session, and that a refusal changes nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser, newAttempt } from "./browser.mjs";
import { start } from "./stack.mjs";

let running, stack, browser, vault;
before(async () => {
  running = await start();
  stack = running.stack;
  vault = stack.origins.vault;
  browser = new Browser(stack);
  await browser.login(vault, { stop: (url) => url.startsWith(`${stack.origins.app}/`) });
});
after(() => running?.stop());

const ROUTES = ["refresh", "session", "logout"];

/** Each case: its name, what it changes, status and code. */
const cases = () => [
  ["no Origin", { origin: undefined }, 403, "origin_refused"],
  [
    "the app's own Origin",
    { origin: stack.origins.app, "sec-fetch-site": "same-site" },
    403,
    "origin_refused",
  ],
  ["a foreign Origin", { origin: "https://evil.example" }, 403, "origin_refused"],
  ["an Origin that begins like ours", { origin: `${vault}.evil.example` }, 403, "origin_refused"],
  ["Origin null", { origin: "null" }, 403, "origin_refused"],
  ["Sec-Fetch-Site cross-site", { "sec-fetch-site": "cross-site" }, 403, "fetch_site_refused"],
  ["Sec-Fetch-Site same-site", { "sec-fetch-site": "same-site" }, 403, "fetch_site_refused"],
  ["Sec-Fetch-Site none", { "sec-fetch-site": "none" }, 403, "fetch_site_refused"],
  [
    "a form's content type",
    { "content-type": "application/x-www-form-urlencoded" },
    415,
    "content_type_refused",
  ],
  ["text/plain", { "content-type": "text/plain" }, 415, "content_type_refused"],
  ["no content type", { "content-type": undefined }, 415, "content_type_refused"],
  ["no attempt", { "strongroom-attempt": undefined }, 400, "attempt_missing"],
  ["a short attempt", { "strongroom-attempt": newAttempt().slice(1) }, 400, "attempt_missing"],
  ["an attempt of other characters", { "strongroom-attempt": "+".repeat(22) }, 400, "attempt_missing"],
];

describe("the request guard", () => {
  for (const route of ROUTES) {
    test(`/${route} refuses what another site or page can send`, async () => {
      const handle = browser.handle(vault);
      for (const [name, headers, status, code] of cases()) {
        await expectRefusal(await call(route, { headers }), status, code, `${route}: ${name}`);
      }
      for (const method of ["GET", "PUT", "OPTIONS"]) {
        const answer = await call(route, { method });
        await expectRefusal(answer, 405, "method_not_allowed", `${route}: ${method}`);
        assert.equal(answer.headers.allow, "POST");
      }
      assert.equal(browser.handle(vault), handle);
    });
  }

  test("/refresh refuses what it is not configured for, and bodies that are none", async () => {
    const audience = `${stack.origins.api}/es256`;
    const bodies = [
      ['{"audience":"https://elsewhere.example"}', "resource_unknown"],
      ['{"audience":7}', "resource_unknown"],
      [JSON.stringify({ audience, scope: "read write" }), "scope_refused"],
      [JSON.stringify({ audience, scope: "" }), "scope_refused"],
      [JSON.stringify({ audience, scope: ["read"] }), "request_invalid"],
      ["", "request_invalid"],
      ["[]", "request_invalid"],
      ["null", "request_invalid"],
      ["{", "request_invalid"],
      [JSON.stringify({ audience, filler: "x".repeat(5000) }), "request_invalid"],
    ];
    for (const [body, code] of bodies) {
      await expectRefusal(await call("refresh", { body }), 400, code, body.slice(0, 40));
    }
  });

  test("after all that the session is as it was", async () => {
    const alive = await call("refresh", {});
    assert.equal(alive.status, 200, alive.text);
  });

  test("without a cookie, or with one that is not ours, there is no session", async () => {
    const stranger = new Browser(stack);
    assert.equal((await stranger.call(vault, "refresh")).json.reason, "missing");
    const handle = browser.handle(vault);
    const forged = handle.slice(0, -4) + (handle.endsWith("AAAA") ? "BBBB" : "AAAA");
    for (const value of ["x", forged, handle.replace(/^[^.]+/, "zz")]) {
      const headers = { cookie: `__Host-Http-strongroom=${value}` };
      const answer = await stranger.call(vault, "refresh", { headers });
      assert.equal(answer.status, 401);
      assert.equal(answer.json.code, "session_ended");
      assert.deepEqual(answer.setCookies, []);
    }
  });
});

describe("the site", () => {
  test("every answer of the vault's origin carries its policy, errors too", async () => {
    for (const path of [
      "/",
      "/assets/main-1a2b.js",
      "/missing.js",
      "/nowhere",
      "/config.json",
      "/auth/refresh",
    ]) {
      const { headers } = await browser.request(`${vault}${path}`);
      const policy = headers["content-security-policy"];
      assert.ok(
        policy?.startsWith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"),
        path,
      );
      assert.ok(policy.endsWith(`frame-ancestors ${stack.origins.app}`), path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.equal(headers["origin-agent-cluster"], "?1", path);
    }
  });

  test("the app's host in isolated mode has no endpoints", async () => {
    const answer = await browser.call(stack.origins.app, "refresh");
    assert.notEqual(answer.headers["content-type"], "application/json");
    assert.equal(answer.status, 405);
  });

  test("no answer of the endpoints can be read across origins", async () => {
    for (const route of ROUTES) {
      const { headers } = await call(route, { method: "OPTIONS" });
      assert.ok(!Object.keys(headers).some((name) => name.startsWith("access-control-")), route);
    }
  });
});

describe("the API", () => {
  test("answers a refused token with a challenge that listed origins may read", async () => {
    const url = `${stack.origins.api}/v1/me`;
    const listed = await browser.request(url, { headers: { origin: vault, authorization: "Bearer a.b.c" } });
    assert.equal(listed.status, 401);
    assert.match(listed.headers["www-authenticate"], /^Bearer .*error="invalid_token"/);
    assert.equal(listed.headers["access-control-allow-origin"], vault);
    assert.equal(listed.headers["access-control-expose-headers"], "WWW-Authenticate");
    const foreign = await browser.request(url, { headers: { origin: "https://evil.example" } });
    assert.equal(foreign.status, 401);
    assert.equal(foreign.headers["access-control-allow-origin"], undefined);
  });

  test("echoes a body byte for byte, and answers preflights of listed origins", async () => {
    const { json } = await call("refresh", {});
    const url = `${stack.origins.api}/v1/echo`;
    const headers = { authorization: `Bearer ${json.access_token}`, "content-type": "text/plain" };
    const echoed = await browser.request(url, { method: "POST", body: "grüße\0", headers });
    assert.equal(echoed.text, "grüße\0");
    const asked = { origin: vault, "access-control-request-method": "POST" };
    const allowed = await browser.request(url, { method: "OPTIONS", headers: asked });
    assert.match(allowed.headers["access-control-allow-headers"], /authorization/);
  });
});

/** A call with some headers replaced or, where undefined, left out. */
function call(route, { method = "POST", body = "{}", headers = {} }) {
  const all = {
    origin: vault,
    "sec-fetch-site": "same-origin",
    "content-type": "application/json",
    "strongroom-attempt": newAttempt(),
    ...headers,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return browser.request(`${vault}/auth/${route}`, {
    method,
    headers: present,
    ...(method === "POST" ? { body } : {}),
  });
}

async function expectRefusal(answer, status, code, what) {
  assert.equal(answer.status, status, what);
  assert.equal(answer.json.code, code, what);
  assert.equal(answer.json.status, status, what);
  assert.match(answer.headers["content-type"], /^application\/problem\+json/, what);
  assert.equal(answer.headers["cache-control"], "no-store", what);
  assert.deepEqual(answer.setCookies, [], what);
}
