// The login of issuer mode: what opens a session, and what must not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { issuer } from "strongroom/endpoints";
import { createKeyRing, memoryRingStorage } from "strongroom/keys";
import { Browser, COOKIE, ISSUER, ORIGIN, PASSWORD, RESOURCES, secret, world } from "./world.mjs";

test("a user signs in on the host's page and is sent to where the login began", async () => {
  const { auth, events } = world();
  const browser = new Browser(auth);
  const address = await browser.start({ return_to: "/orders?page=2" });
  assert.match(address, new RegExp(`^${ISSUER}/signin\\?state=[\\w-]{43}$`));
  const shown = await browser.see(address);
  assert.deepEqual([shown.status, shown.text], [200, "<h1>Sign in</h1>"]);
  assert.equal(shown.headers.get("cache-control"), "no-store");
  assert.equal(shown.headers.get("x-frame-options"), "DENY");
  // With `no-referrer` a browser would send `Origin: null` with the form.
  assert.equal(shown.headers.get("referrer-policy"), "same-origin");
  const wrong = await browser.post(address, { name: "user-1", password: "guess" });
  assert.deepEqual([wrong.status, wrong.text, wrong.setCookies], [200, "<h1>Wrong</h1>", []]);
  assert.equal((await browser.refresh()).json.reason, "missing");
  const done = await browser.post(address, { name: "user-1", password: PASSWORD });
  assert.deepEqual([done.status, done.location], [302, `${ORIGIN}/orders?page=2`]);
  assert.ok(browser.cookies.has(COOKIE));
  assert.deepEqual([...browser.cookies.keys()], [COOKIE], "the transaction's cookie is cleared");
  const { json } = await browser.call("session");
  assert.equal(json.session.subject, "user-1");
  assert.deepEqual(json.session.claims, { name: "Ada" }, "an e-mail address is not for every page");
  const { id, action } = events.authenticate[0];
  assert.deepEqual([`${ORIGIN}${action}`, address.includes(id)], [address, true]);
});

test("nothing but the browser that began it, on this origin, finishes a login", async () => {
  const { auth, events } = world();
  const good = { name: "user-1", password: PASSWORD };
  const cases = [
    ["no Origin", { origin: "" }, 403, "origin_refused"],
    ["another origin", { origin: "https://evil.example" }, 403, "origin_refused"],
    ["a sandbox", { origin: "null" }, 403, "origin_refused"],
    ["another port", { origin: `${ORIGIN}:8443` }, 403, "origin_refused"],
    ["a sibling subdomain's Fetch Metadata", { "sec-fetch-site": "same-site" }, 403, "fetch_site_refused"],
    ["another site's", { "sec-fetch-site": "cross-site" }, 403, "fetch_site_refused"],
    ["a script", { "sec-fetch-dest": "empty" }, 403, "fetch_site_refused"],
    ["a frame", { "sec-fetch-dest": "iframe" }, 403, "fetch_site_refused"],
  ];
  for (const [name, headers, status, code] of cases) {
    const browser = new Browser(auth);
    const answer = await browser.post(await browser.start(), good, headers);
    assert.deepEqual([name, answer.status, answer.json?.code, answer.setCookies], [name, status, code, []]);
  }
  const browser = new Browser(auth);
  const address = await browser.start();
  const other = new Browser(auth);
  await other.start();
  for (const state of [address, `${ISSUER}/signin`, `${ISSUER}/signin?state=${"A".repeat(43)}`]) {
    // Login CSRF: the attacker's state, without the cookie that goes with it.
    const answer = await other.post(state, good);
    assert.deepEqual([answer.status, answer.json.code, answer.setCookies], [400, "state_invalid", []]);
  }
  for (const method of ["PUT", "DELETE", "PATCH"]) {
    const answer = await browser.request(address, { method });
    assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET, POST"]);
  }
  assert.equal(events.authenticate.length, 0, "the host is not even asked");
});

test("a login is finished once, also by two forms at once", async () => {
  const { auth, store } = world();
  const browser = new Browser(auth);
  const address = await browser.start();
  const held = new Map(browser.cookies);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => browser.post(address, { name: "user-1", password: PASSWORD })),
  );
  assert.equal(answers.filter(({ status }) => status === 302).length, 1);
  assert.deepEqual(
    new Set(answers.filter(({ status }) => status !== 302).map(({ json }) => json.code)),
    new Set(["state_invalid"]),
  );
  assert.equal((await auth.sessions.list("user-1")).sessions.length, 1);
  browser.cookies = held;
  const again = await browser.post(address, { name: "user-1", password: PASSWORD });
  assert.deepEqual([again.status, again.json.code], [400, "state_invalid"]);
  assert.ok(store);
});

test("a session planted before the login is not the one that it opens", async () => {
  const { auth } = world();
  const thief = new Browser(auth);
  await thief.signIn("thief");
  const victim = new Browser(auth);
  victim.cookies.set(COOKIE, thief.cookies.get(COOKIE));
  await victim.signIn("user-1");
  assert.notEqual(victim.cookies.get(COOKIE), thief.cookies.get(COOKIE));
  assert.equal((await victim.refresh()).json.session.subject, "user-1");
  // The login replaced it: it is nobody's any more.
  assert.equal((await thief.refresh()).json.code, "session_ended");
});

test("return_to leads to listed origins only", async () => {
  const { auth } = world();
  const browser = new Browser(auth);
  for (const target of [
    "https://evil.example/",
    "//evil.example",
    "javascript:alert(1)",
    `${ORIGIN}.evil.example/`,
  ]) {
    await assert.rejects(browser.start({ return_to: target }), /400 return_to_refused/);
  }
});

test("a browser whose login fails goes back to where it began", async () => {
  const { auth } = world({ options: { onIssue: () => ({ deny: "token" }) } });
  const browser = new Browser(auth);
  const address = await browser.start({ return_to: "/orders" });
  const done = await browser.post(address, { name: "user-1", password: PASSWORD }, { accept: "text/html" });
  assert.deepEqual([done.status, done.location], [302, `${ORIGIN}/orders?problem=provider_refused`]);
  assert.equal(browser.cookies.has(COOKIE), false);
});

test("max_age, prompt and acr_values hold even where the host overlooks them", async () => {
  let user = {};
  const { auth, events } = world({
    options: {
      authenticate: ({ request }) =>
        request.method === "GET" ? new Response("page") : { subject: "user-1", ...user },
    },
  });
  const attempt = async (query, proof) => {
    user = proof;
    const browser = new Browser(auth);
    const answer = await browser.post(await browser.start(query), {});
    if (answer.json) return answer.json.code;
    const { access_token: token, session } = (await browser.refresh()).json;
    const { auth_time: told } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    assert.equal(told, session.auth_time, "the token says something else than the session");
    return told;
  };
  const now = Math.floor(Date.now() / 1000);
  assert.equal(await attempt({ max_age: "300" }, { authTime: now - 299 }), now - 299);
  assert.equal(await attempt({ max_age: "300" }, { authTime: now - 400 }), "reauth_required");
  assert.ok((await attempt({ max_age: "0" }, {})) >= now);
  assert.equal(await attempt({ max_age: "0" }, { authTime: now - 10 }), "reauth_required");
  assert.equal(await attempt({ prompt: "login" }, { authTime: now - 10 }), "reauth_required");
  assert.ok((await attempt({ prompt: "login" }, {})) >= now);
  assert.equal(await attempt({ acr_values: "phr high" }, { acr: "low" }), "reauth_required");
  assert.equal(await attempt({ acr_values: "high" }, {}), "reauth_required");
  assert.ok((await attempt({ acr_values: "phr high" }, { acr: "phr" })) >= now);
  // Nobody proves anything in the future.
  assert.ok((await attempt({}, { authTime: now + 30 })) < now + 29);
  const { maxAge, acrValues, prompt } = events.authenticate[0];
  assert.deepEqual([maxAge, acrValues, prompt], [300, undefined, undefined]);
});

test("prompt=none shows no page", async () => {
  const { auth } = world({
    options: {
      authenticate: ({ session }) =>
        session ? { subject: session.subject, authTime: session.auth_time } : new Response("page"),
    },
  });
  const stranger = new Browser(auth);
  const refused = await stranger.see(await stranger.start({ prompt: "none" }));
  assert.deepEqual([refused.status, refused.json.code], [401, "reauth_required"]);
  assert.equal((await stranger.see(await stranger.start())).text, "page");
});

test("whoever is signed in may be let in again, with the age of the old proof", async () => {
  const since = Math.floor(Date.now() / 1000) - 100;
  const { auth } = world({
    options: {
      authenticate: ({ session, request }) => {
        if (session) return { subject: session.subject, authTime: session.auth_time };
        return request.method === "GET" ? new Response("page") : { subject: "user-1", authTime: since };
      },
    },
  });
  const browser = new Browser(auth);
  await browser.post(await browser.start(), {});
  const again = await browser.see(await browser.start({ prompt: "none" }));
  assert.equal(again.status, 302);
  const { session } = (await browser.call("session")).json;
  assert.deepEqual([session.subject, session.auth_time], ["user-1", since]);
  const stale = await browser.see(await browser.start({ max_age: "60" }));
  assert.deepEqual([stale.status, stale.json.code], [401, "reauth_required"]);
});

test("a proof that is none is a defect, and opens nothing", async () => {
  for (const user of [
    { subject: "" },
    { subject: "a\u0001b" },
    { subject: "é".repeat(128) },
    { subject: 7 },
    { subject: "u", authTime: "now" },
    undefined,
    null,
  ]) {
    const { auth } = world({ options: { authenticate: () => user } });
    const browser = new Browser(auth);
    await assert.rejects(browser.see(await browser.start()), TypeError);
    assert.equal(browser.cookies.has(COOKIE), false);
  }
});

test("an application's login is of no use to another that shares its secrets", async () => {
  const secrets = [secret()];
  const first = world({ endpoints: { secrets } });
  const second = world({
    options: { issuer: `${ORIGIN}/other` },
    endpoints: { secrets, path: "/other" },
    store: first.store,
  });
  const browser = new Browser(first.auth);
  const address = (await browser.start()).replace("/auth/", "/other/");
  browser.auth = second.auth;
  const answer = await browser.post(address, { name: "user-1", password: PASSWORD });
  assert.deepEqual([answer.status, answer.json.code], [400, "state_invalid"]);
});

test("the routes of a provider's login are not there, nor these where there is a provider", async () => {
  const { auth } = world();
  const browser = new Browser(auth);
  assert.equal((await browser.see(`${ISSUER}/callback?state=${"A".repeat(43)}&code=x`)).status, 404);
});

test("a wrong configuration is told at once", () => {
  const keyRing = createKeyRing({ storage: memoryRingStorage(), secrets: [secret()] });
  const options = {
    issuer: ISSUER,
    clientId: "app",
    keyRing,
    resources: RESOURCES,
    authenticate: () => new Response(),
  };
  const short = createKeyRing({ storage: memoryRingStorage(), secrets: [secret()], tokenLifetime: 60 });
  assert.throws(() => issuer({ ...options, resources: [] }), {
    code: "config_invalid",
    message: /resources/,
  });
  assert.throws(() => issuer({ ...options, clientId: "" }), { code: "config_invalid", message: /clientId/ });
  assert.throws(() => issuer({ ...options, keyRing: short }), {
    code: "config_invalid",
    message: /tokenLifetime/,
  });
  for (const name of ["https://other.example/auth", ORIGIN, `${ISSUER}/`])
    assert.throws(() => world({ options: { issuer: name } }).auth.init(), {
      code: "config_invalid",
      message: /issuer/,
    });
});

test("in isolated mode the login is the vault's, leads to the app, and the app's pages cannot post to it", async () => {
  const app = "https://www.example.com";
  const { auth } = world({ endpoints: { apps: [app] } });
  const browser = new Browser(auth);
  const address = await browser.start({ return_to: `${app}/orders` });
  const good = { name: "user-1", password: PASSWORD };
  const refused = await browser.post(address, good, { origin: app, "sec-fetch-site": "same-site" });
  assert.deepEqual([refused.status, refused.json.code, refused.setCookies], [403, "origin_refused", []]);
  assert.equal((await browser.post(address, good)).location, `${app}/orders`);
});

test("ending all of a user's sessions ends a login whose proof is being looked at", async () => {
  let meanwhile;
  const { auth } = world({
    options: {
      authenticate: async ({ request }) => {
        if (request.method === "GET") return new Response("Sign in");
        await meanwhile?.();
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { subject: "user-1" };
      },
    },
  });
  for (const end of ["revokeAll", "deleteAll"]) {
    const browser = new Browser(auth);
    const address = await browser.start();
    await new Promise((resolve) => setTimeout(resolve, 5));
    meanwhile = () => auth.sessions[end]("user-1");
    await browser.post(address, {});
    assert.equal((await browser.refresh()).json.reason, "revoked", end);
    meanwhile = undefined;
    await browser.signIn();
    assert.equal((await browser.refresh()).status, 200, "the next one lives");
  }
});

test("an authTime in milliseconds, or in the future, is a defect", async () => {
  for (const authTime of [Date.now(), Date.now() / 1000 + 90, Infinity, NaN, "1"]) {
    const { auth } = world({
      options: {
        authenticate: ({ request }) =>
          request.method === "GET" ? new Response("page") : { subject: "user-1", authTime },
      },
    });
    const browser = new Browser(auth);
    await assert.rejects(browser.signIn(), TypeError, String(authTime));
    assert.ok(!browser.cookies.has(COOKIE));
  }
});

test("prompt=login bears isolates whose clocks differ", async (t) => {
  const { auth } = world();
  const browser = new Browser(auth);
  t.mock.timers.enable({ apis: ["Date"], now: 1_900_000_003_000 });
  const address = await browser.start({ prompt: "login" });
  t.mock.timers.setTime(1_900_000_000_000);
  const answer = await browser.post(address, { name: "user-1", password: PASSWORD });
  assert.equal(answer.status, 302);
});
