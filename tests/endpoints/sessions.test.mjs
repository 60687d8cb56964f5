// Sessions as server code sees them: lists, ending them, tokens without a request, hooks, and changes of the secrets.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { decodeJwt } from "jose";
import { EndpointsError } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { Browser } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { describe, startProvider } from "./stack.mjs";

let stack, child, origin;
before(async () => {
  stack = await describe();
  child = await startProvider(stack);
  origin = stack.origins.inpage;
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
const hasCode = (code, reason) => (error) =>
  error instanceof EndpointsError && error.code === code && error.reason === reason;

test("are listed for their subject, and end one by one or all together", async () => {
  const auth = endpointsIn(stack);
  const browsers = [];
  for (let i = 0; i < 3; i++) browsers.push(await signIn(auth, "ines"));
  await signIn(auth, "someone-else");
  const { sessions, cursor } = await auth.sessions.list("ines");
  assert.equal(sessions.length, 3);
  assert.equal(cursor, undefined);
  const { session } = (await browsers[1].call(origin, "session")).json;
  assert.ok(sessions.some(({ id }) => id === session.id));
  await auth.sessions.revoke(session.id);
  assert.equal((await browsers[1].call(origin, "refresh")).json.reason, "revoked");
  assert.equal((await browsers[0].call(origin, "refresh")).status, 200);
  await auth.sessions.revokeAll("ines");
  assert.equal((await browsers[0].call(origin, "refresh")).json.reason, "revoked");
  assert.deepEqual((await auth.sessions.list("ines")).sessions, []);
  assert.equal((await auth.sessions.list("someone-else")).sessions.length, 1);
});

test("a subject has at most so many: the oldest gives way", async () => {
  const auth = endpointsIn(stack, { session: { limit: 2 } });
  const browsers = [];
  for (let i = 0; i < 3; i++) browsers.push(await signIn(auth, "many"));
  assert.equal((await browsers[0].call(origin, "refresh")).json.reason, "revoked");
  assert.equal((await browsers[1].call(origin, "refresh")).status, 200);
  assert.equal((await browsers[2].call(origin, "refresh")).status, 200);
});

test("give server code a token without a request", async () => {
  const auth = endpointsIn(stack);
  const browser = await signIn(auth, "job");
  const { id } = (await browser.call(origin, "session")).json.session;
  const audience = `${stack.origins.api}/rs256`;
  const { accessToken, expiresAt } = await auth.sessions.accessToken(id, { audience });
  assert.equal(decodeJwt(accessToken).aud, audience);
  assert.ok(expiresAt > Date.now());
  await assert.rejects(
    auth.sessions.accessToken(id, { audience: "https://x.example" }),
    hasCode("resource_unknown"),
  );
  await assert.rejects(auth.sessions.accessToken(id, { audience, scope: "write" }), hasCode("scope_refused"));
  await assert.rejects(auth.sessions.accessToken("nonsense", { audience }), hasCode("request_invalid"));
  await auth.sessions.revoke(id);
  await assert.rejects(auth.sessions.accessToken(id, { audience }), hasCode("session_ended", "revoked"));
});

test("can be asked after by a server that renders a page", async () => {
  const auth = endpointsIn(stack);
  const browser = await signIn(auth, "render");
  const cookie = `__Host-Http-strongroom=${browser.handle(origin)}`;
  assert.equal(
    (await auth.session(new Request(`${origin}/page`, { headers: { cookie } }))).subject,
    "render",
  );
  assert.equal(await auth.session(new Request(`${origin}/page`)), undefined);
});

test("end when they are idle or old, and say so", async () => {
  let now = Date.now();
  const store = memoryStore({ quiet: true, now: () => now });
  const auth = endpointsIn(stack, { store, session: { idleSeconds: 100, absoluteSeconds: 250 } });
  const browser = await signIn(auth, "time");
  for (const step of [80, 80, 80]) {
    now += step * 1000;
    const answer = await browser.call(origin, "refresh");
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.json.session.idle_expires_at <= answer.json.session.expires_at);
  }
  now += 20_000;
  const old = await browser.call(origin, "refresh");
  assert.equal(old.json.reason, "expired");
  assert.deepEqual(old.setCookies, []);
  const idle = await signIn(auth, "time");
  now += 101_000;
  assert.equal((await idle.call(origin, "session")).json.reason, "expired");
});

test("outlive a change of secrets, and end when theirs is no longer listed", async () => {
  const store = memoryStore({ quiet: true });
  const [old, next] = [0, 1].map(() => randomBytes(32).toString("base64url"));
  const before = endpointsIn(stack, { store, secrets: [old] });
  const browser = await signIn(before, "keys");
  const use = (secrets) => {
    const auth = endpointsIn(stack, { store, secrets });
    browser.local[origin] = (request) => auth.fetch(request);
  };
  use([next, old]);
  const body = { audience: `${stack.origins.api}/rs256` };
  assert.equal((await browser.call(origin, "refresh", { body })).status, 200, "sealed tokens open");
  use([next]);
  const ended = await browser.call(origin, "refresh");
  assert.equal(ended.json.code, "session_ended");
  assert.deepEqual(ended.setCookies, []);
});

test("tell hooks what happened, and nothing secret", async () => {
  const events = [];
  const auth = endpointsIn(stack, {
    onSession: ({ reason, subject, claims }) => {
      events.push(reason);
      return { greeting: `Hello ${claims.name}`, subject };
    },
    onOutcome: (event) => {
      events.push(event);
      throw new Error("a hook that fails costs nobody anything");
    },
  });
  const browser = await signIn(auth, "hook");
  const { json } = await browser.call(origin, "refresh");
  assert.deepEqual(json.session.claims, { greeting: "Hello hook", subject: "hook" });
  assert.deepEqual(events, ["login", { route: "refresh", outcome: "no_rotate", session: json.session.id }]);
});

test("a configuration that cannot be safe is refused", async () => {
  const wrong = [
    { origins: [] },
    { origins: ["https://app.example.com/"] },
    { origins: ["http://app.example.com"] },
    { origins: ["*"] },
    { apps: ["https://*.example.com"] },
    { path: "auth" },
    { path: "/auth/" },
  ];
  for (const options of wrong) {
    const auth = endpointsIn(stack, options);
    await assert.rejects(
      auth.fetch(new Request(`${origin}/auth/login`)),
      hasCode("config_invalid"),
      JSON.stringify(options),
    );
  }
  for (const secrets of [[], ["short"], ["not base64url!"]]) {
    const auth = endpointsIn(stack, { secrets });
    await assert.rejects(auth.fetch(new Request(`${origin}/auth/login`)), JSON.stringify(secrets));
  }
});
