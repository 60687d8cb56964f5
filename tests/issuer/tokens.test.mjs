// The tokens of issuer mode: their form, what `onIssue` decides, and the documents that verifiers read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { ringStorage } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { API, Browser, COOKIE, ISSUER, RESOURCES, verifierOf, world } from "./world.mjs";

const payloadOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

test("a refresh gives an access token of RFC 9068 that verifies here and with jose", async () => {
  const { auth, keyRing } = world({ options: { onIssue: () => ({ claims: { role: "editor" } }) } });
  const browser = new Browser(auth);
  await browser.signIn();
  const { status, json } = await browser.refresh();
  assert.deepEqual([status, json.token_type, json.scope], [200, "Bearer", "read write"]);
  assert.ok(json.expires_in > 540 && json.expires_in <= 600);
  const { claims, header } = await verifierOf(auth).verify(json.access_token);
  assert.deepEqual([header.alg, header.typ], ["ES256", "at+jwt"]);
  const { iat, exp, jti, auth_time, ...said } = claims;
  assert.deepEqual(said, {
    ...{ iss: ISSUER, aud: API, sub: "user-1", client_id: "app", scope: "read write" },
    ...{ sid: json.session.id, amr: ["pwd"], role: "editor" },
  });
  assert.equal(exp - iat, keyRing.tokenLifetime);
  assert.ok(iat - auth_time < 10 && jti.length >= 20);
  const keys = createLocalJWKSet((await browser.request("/auth/jwks")).json);
  await jwtVerify(json.access_token, keys, {
    issuer: ISSUER,
    audience: API,
    typ: "at+jwt",
    algorithms: ["ES256"],
  });
});

test("a token is for one audience and the scope that was asked for", async () => {
  const { auth } = world();
  const browser = new Browser(auth);
  await browser.signIn();
  const narrow = await browser.refresh({ scope: "read" });
  assert.deepEqual([narrow.json.scope, payloadOf(narrow.json.access_token).scope], ["read", "read"]);
  const files = await browser.refresh({ audience: RESOURCES[1].audience });
  assert.equal(payloadOf(files.json.access_token).aud, RESOURCES[1].audience);
  await assert.rejects(verifierOf(auth).verify(files.json.access_token), { code: "audience_mismatch" });
  for (const [asked, code] of [
    [{ scope: "admin" }, "scope_refused"],
    [{ audience: RESOURCES[1].audience, scope: "write" }, "scope_refused"],
    [{ audience: "https://evil.example" }, "resource_unknown"],
  ]) {
    const answer = await browser.refresh(asked);
    assert.deepEqual([answer.status, answer.json.code, answer.setCookies], [400, code, []]);
  }
});

test("onIssue is asked at login and at refresh, and told which", async () => {
  const { auth, events } = world();
  const browser = new Browser(auth);
  await browser.signIn();
  const { id } = (await browser.call("session")).json.session;
  await browser.refresh();
  await browser.refresh({ scope: "read" });
  const about = { subject: "user-1", session: id, audience: API, amr: ["pwd"] };
  assert.deepEqual(
    events.issue.map(({ authTime, ...event }) => (assert.ok(authTime > 1.7e9), event)),
    [
      { reason: "login", ...about, scope: "read write" },
      { reason: "refresh", ...about, scope: "read write" },
      { reason: "refresh", ...about, scope: "read" },
    ],
  );
});

test("each refusal of onIssue has its code, and only `session` ends the session", async () => {
  let deny;
  const { auth } = world({
    options: { onIssue: ({ reason }) => (reason === "refresh" && deny ? { deny } : undefined) },
  });
  const browser = new Browser(auth);
  await browser.signIn();
  const refused = async (how) => {
    deny = how;
    const { status, json, setCookies } = await browser.refresh({ scope: "read" });
    return [status, json.code, json.reason, setCookies];
  };
  assert.deepEqual(await refused("token"), [400, "provider_refused", undefined, []]);
  assert.deepEqual(await refused("reauthenticate"), [401, "reauth_required", undefined, []]);
  deny = undefined;
  assert.equal((await browser.refresh({ scope: "read" })).status, 200, "the session goes on");
  assert.deepEqual(await refused("session"), [401, "session_ended", "revoked", []]);
  deny = undefined;
  assert.equal((await browser.refresh()).json.reason, "revoked");
  assert.deepEqual((await auth.sessions.list("user-1")).sessions, []);
});

test("a refusal at login opens no session", async () => {
  for (const [deny, status, code] of [
    ["token", 400, "provider_refused"],
    ["session", 400, "provider_refused"],
    ["reauthenticate", 401, "reauth_required"],
  ]) {
    const { auth } = world({ options: { onIssue: () => ({ deny }) } });
    const browser = new Browser(auth);
    const answer = await browser.signIn();
    assert.deepEqual([answer.status, answer.json.code, answer.setCookies], [status, code, []]);
    assert.deepEqual((await auth.sessions.list("user-1")).sessions, []);
  }
});

test("onIssue may give less than was asked for", async () => {
  const { auth } = world({ options: { onIssue: ({ scope }) => ({ scope: scope.split(" ")[0] }) } });
  const browser = new Browser(auth);
  await browser.signIn();
  const { json } = await browser.refresh({ audience: RESOURCES[1].audience });
  assert.deepEqual([json.scope, payloadOf(json.access_token).scope], ["read", "read"]);
});

test("a hook that is wrong is told so without the value", async () => {
  let decision;
  const { auth } = world({
    options: { onIssue: ({ reason }) => (reason === "login" ? undefined : decision) },
  });
  const browser = new Browser(auth);
  await browser.signIn();
  const failing = [{ scope: "read admin" }, { deny: "sesion" }, { deny: false }];
  for (const name of ["sub", "aud", "exp", "scope", "client_id", "sid", "acr", "cnf", "jti"])
    failing.push({ claims: { [name]: "hidden-value" } });
  failing.push({ claims: { password: "hidden-value" } }, { claims: { api_key: "hidden-value" } });
  for (decision of failing) {
    const error = await browser.refresh({ scope: "read" }).then(assert.fail, (error) => error);
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /hidden-value/);
  }
  decision = undefined;
  assert.equal((await browser.refresh({ scope: "read" })).status, 200);
});

test("server code gets tokens of a session, as onIssue decides", async () => {
  let deny;
  const { auth } = world({ options: { onIssue: () => (deny ? { deny } : { claims: { role: "batch" } }) } });
  const browser = new Browser(auth);
  await browser.signIn();
  const { id } = (await browser.call("session")).json.session;
  const { accessToken, scope } = await auth.sessions.accessToken(id, { audience: API, scope: "read" });
  assert.equal((await verifierOf(auth).verify(accessToken)).claims.role, "batch");
  assert.equal(scope, "read");
  deny = "reauthenticate";
  await assert.rejects(auth.sessions.accessToken(id, { scope: "read" }), { code: "reauth_required" });
  await auth.sessions.revoke(id);
  deny = undefined;
  await assert.rejects(auth.sessions.accessToken(id, { scope: "read" }), { code: "session_ended" });
});

test("keys and metadata are where RFC 8414 has them, for everybody to read", async () => {
  const { auth, keyRing } = world();
  const browser = new Browser(auth);
  const { json, headers } = await browser.request("/.well-known/oauth-authorization-server/auth");
  assert.deepEqual(
    [json.issuer, json.jwks_uri, json.scopes_supported],
    [ISSUER, `${ISSUER}/jwks`, ["read", "write", "list"]],
  );
  assert.ok(json.response_types_supported.length > 0);
  assert.match(headers.get("cache-control"), /^public, max-age=\d+$/);
  const keys = await browser.request("/auth/jwks");
  assert.deepEqual(keys.json, await keyRing.jwks());
  assert.match(keys.headers.get("cache-control"), /^public, max-age=300, must-revalidate$/);
  assert.doesNotMatch(keys.text, /"d"/);
  for (const path of ["/auth/jwks", "/.well-known/oauth-authorization-server/auth"])
    for (const method of ["POST", "PUT", "DELETE"])
      assert.equal((await browser.request(path, { method })).status, 404);
});

test("isolates share one ring in the store, also when they make it at the same moment", async () => {
  const store = memoryStore({ quiet: true });
  const secrets = ["A".repeat(43)];
  const isolates = Array.from({ length: 8 }, () =>
    world({ store, ring: { secrets }, endpoints: { secrets } }),
  );
  const documents = await Promise.all(isolates.map(({ keyRing }) => keyRing.jwks()));
  for (const { keys } of documents)
    assert.deepEqual([keys.length, keys[0].kid], [1, documents[0].keys[0].kid]);
  const browser = new Browser(isolates[0].auth);
  await browser.signIn();
  browser.auth = isolates[1].auth;
  const { json } = await browser.refresh({ scope: "read" });
  await verifierOf(isolates[2].auth).verify(json.access_token);
  // One that comes later, with the ring's secret behind a new one.
  const later = world({ store, ring: { secrets: ["B".repeat(43), ...secrets] } });
  assert.deepEqual(await later.keyRing.jwks(), documents[0]);
  // And one that does not know it: the ring is not replaced.
  await assert.rejects(world({ store, ring: { secrets: ["C".repeat(43)] } }).keyRing.jwks(), {
    code: "config_invalid",
  });
  assert.deepEqual(await later.keyRing.jwks(), documents[0]);
});

test("of two that write the ring at once one does", async () => {
  const store = memoryStore({ quiet: true });
  const [one, other] = [ringStorage(store), ringStorage(store)];
  assert.deepEqual(await Promise.all([one.write("a", undefined), other.write("b", undefined)]), [
    true,
    false,
  ]);
  const { value, version } = await other.read();
  assert.equal(value, "a");
  assert.deepEqual(await Promise.all([one.write("c", version), other.write("d", version)]), [true, false]);
  assert.equal(await other.write("e", version), false, "what it read has been replaced since");
  assert.equal((await other.read()).value, "c");
  assert.equal(await ringStorage(store, "second").read(), undefined);
});

test("many isolates that rotate at once all do, one after the other", async () => {
  const store = memoryStore({ quiet: true });
  const secrets = ["A".repeat(43)];
  const rings = Array.from({ length: 6 }, () => world({ store, ring: { secrets } }).keyRing);
  await Promise.all(rings.map((ring) => ring.jwks()));
  await Promise.all(rings.map((ring) => ring.rotate({ emergency: true })));
  const kids = await Promise.all(rings.map(async (ring) => (await ring.jwks()).keys.map(({ kid }) => kid)));
  const late = world({ store, ring: { secrets } }).keyRing;
  const [newest] = (await late.jwks()).keys;
  // Each rotated on top of the one before: the last one's key is the only one, and no write was lost over another.
  assert.equal((await late.jwks()).keys.length, 1);
  assert.ok(kids.flat().includes(newest.kid));
  const { row } = await store.load("keyring", "keyring-main");
  assert.equal(row.version, 7);
});

test("no users' session is the ring's, and no user's log-out ends it", async () => {
  const { auth, keyRing, store } = world();
  const before = await keyRing.jwks();
  for (const subject of ["keyring", "keyring-main", "strongroom key ring"]) {
    await auth.sessions.revokeAll(subject);
    await auth.sessions.deleteAll(subject);
  }
  for (const id of ["keyring.keyring-other", "keyring.keyring-main", "keyring.keyring-main\n"])
    await assert.rejects(auth.sessions.revoke(id), { code: "request_invalid" });
  assert.ok((await store.load("keyring", "keyring-main")) !== undefined);
  await keyRing.rotate();
  assert.notDeepEqual(await keyRing.jwks(), before);
});

test("a store that is away gives 503 for keys and tokens, and nobody is logged out", async () => {
  const store = memoryStore({ quiet: true });
  let away = false;
  const failing = new Proxy(store, {
    get:
      (target, name) =>
      async (...all) => {
        if (away) throw new Error("connection refused: secret-host");
        return target[name](...all);
      },
  });
  const { auth } = world({ store: failing });
  const browser = new Browser(auth);
  away = true;
  const keys = await browser.request("/auth/jwks");
  assert.deepEqual([keys.status, keys.headers.has("retry-after")], [503, true]);
  away = false;
  await browser.signIn();
  const held = browser.cookies.get(COOKIE);
  away = true;
  const answer = await browser.refresh({ scope: "read" });
  assert.deepEqual([answer.status, answer.json.code, answer.setCookies], [503, "store_unavailable", []]);
  assert.ok(answer.headers.has("retry-after"));
  assert.doesNotMatch(answer.text, /secret-host/);
  away = false;
  assert.equal(browser.cookies.get(COOKIE), held);
  assert.equal((await browser.refresh({ scope: "read" })).status, 200);
});

test("keys that cannot be had give 503, and the handle is not spent", async () => {
  const storage = { read: async () => Promise.reject(new Error("no")), write: async () => false };
  const { auth, events } = world({ ring: { storage } });
  const browser = new Browser(auth);
  const answer = await browser.signIn();
  assert.deepEqual([answer.status, answer.json.code, answer.setCookies], [503, "store_unavailable", []]);
  assert.equal(events.issue.length, 1);
});

test("a session ends from another device, and all of a user's at once", async () => {
  const { auth } = world();
  const [phone, laptop, tablet] = [new Browser(auth), new Browser(auth), new Browser(auth)];
  for (const browser of [phone, laptop, tablet]) await browser.signIn();
  const { sessions } = await auth.sessions.list("user-1");
  assert.equal(sessions.length, 3);
  const { id } = (await laptop.call("session")).json.session;
  await auth.sessions.revoke(id);
  assert.deepEqual([(await laptop.refresh()).status, (await phone.refresh()).status], [401, 200]);
  await phone.call("logout", { everywhere: true });
  assert.equal((await tablet.refresh()).json.reason, "revoked");
});

test("a subject that looks like a card's number signs in; a claim of the hook's that does is refused", async () => {
  let claims = {};
  const { auth } = world({ options: { onIssue: () => ({ claims }) } });
  const browser = new Browser(auth);
  const card = "4111111111111111";
  assert.equal((await browser.signIn(card)).status, 302);
  const { json } = await browser.refresh();
  assert.equal(payloadOf(json.access_token).sub, card);
  claims = { account: card };
  await assert.rejects(browser.refresh(), { code: "config_invalid" });
});

test("no token is kept: a withdrawn key signs none, and the hook is asked for each", async () => {
  let deny;
  const { auth, keyRing, events } = world({
    options: { onIssue: ({ reason }) => (reason === "refresh" && deny ? { deny } : undefined) },
  });
  const browser = new Browser(auth);
  await browser.signIn();
  const first = await browser.refresh();
  assert.deepEqual(
    events.issue.map(({ reason }) => reason),
    ["login", "refresh"],
  );
  await keyRing.rotate({ emergency: true });
  const second = await browser.refresh();
  const kids = (await keyRing.jwks()).keys.map(({ kid }) => kid);
  const kidOf = ({ json }) => JSON.parse(Buffer.from(json.access_token.split(".")[0], "base64url")).kid;
  assert.deepEqual([kids.includes(kidOf(first)), kids.includes(kidOf(second))], [false, true]);
  deny = "session";
  assert.equal((await browser.refresh()).json.reason, "revoked");
});

test("whoever writes to the store makes no session another user's", async () => {
  const store = memoryStore({ quiet: true });
  let subject;
  const forged = new Proxy(store, {
    get:
      (target, name) =>
      async (...all) => {
        const answer = await target[name](...all);
        const changed = name === "load" && answer && subject;
        return changed ? { ...answer, row: { ...answer.row, subject } } : answer;
      },
  });
  const outcomes = [];
  const { auth, events } = world({
    store: forged,
    endpoints: { onOutcome: (event) => void outcomes.push(event) },
  });
  const browser = new Browser(auth);
  await browser.signIn("mallory");
  const { id } = (await browser.call("session")).json.session;
  subject = "admin";
  for (const route of ["refresh", "session"]) {
    const { status, json, text } = await browser.call(route);
    assert.deepEqual([status, json.code, json.reason], [401, "session_ended", "unknown"], route);
    assert.doesNotMatch(text, /admin|mallory/);
  }
  await assert.rejects(auth.sessions.accessToken(id, {}), { code: "session_ended" });
  assert.deepEqual(
    outcomes.map(({ route, alert, session }) => [route, alert, session]),
    ["refresh", "session", "refresh"].map((route) => [route, "subject_changed", id]),
  );
  assert.equal(events.issue.length, 1, "the hook was not asked about the other user");
  subject = undefined;
  assert.equal((await browser.refresh()).status, 200);
});
