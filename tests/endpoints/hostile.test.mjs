// What a sibling subdomain, a thief, a damaged store or a slow provider may try beyond the plain refusals.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe as group, test } from "node:test";
import { oidc } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, SESSION_COOKIE, fetchIn } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { describe, sleep, startProvider, until } from "./stack.mjs";

let stack, child, origin, rs256;
before(async () => {
  stack = await describe({ accessTokenSeconds: 60 });
  child = await startProvider(stack);
  origin = stack.origins.inpage;
  rs256 = { audience: `${stack.origins.api}/rs256` };
});
after(() => {
  child?.kill();
  rmSync(stack.dir, { recursive: true, force: true });
});

const atCallback = (url) => url.includes("/auth/callback");
const browserOf = (auth) => new Browser(stack, { [origin]: (request) => auth.fetch(request) });
const signIn = async (auth, name) => {
  const browser = browserOf(auth);
  await browser.login(origin, { name });
  return browser;
};
/** A store whose methods may be replaced. */
const changed = (store, change) =>
  new Proxy(store, {
    get:
      (target, name) =>
      async (...parameters) =>
        change[name] ? change[name](target, ...parameters) : target[name](...parameters),
  });

group("a cookie of a sibling subdomain", () => {
  // Browsers protect the prefix only where the name begins with it; these are bytes that some servers trim away.
  const spaces = ["\xa0", "\x85", "\x0b", "\x0c", "\xef\xbb\xbf", "\xe2\x80\x80"];

  test("cannot carry somebody else's login into this browser", async () => {
    const auth = endpointsIn(stack);
    const attacker = browserOf(auth);
    const { url } = await attacker.login(origin, { name: "mallory", stop: atCallback });
    const [[name, value]] = attacker.jar(new URL(origin).hostname);
    for (const space of spaces) {
      const headers = { cookie: `a=b; ${space}${name}=${value}` };
      const answer = await browserOf(auth).request(url, { headers });
      assert.equal(answer.json?.code, "state_invalid", JSON.stringify(space));
      assert.deepEqual(answer.setCookies, []);
    }
  });

  test("cannot take the session's place, nor end it", async () => {
    const auth = endpointsIn(stack);
    const handles = [];
    for (const name of ["victim", "mallory"]) handles.push((await signIn(auth, name)).handle(origin));
    for (const space of spaces) {
      const cookie = `${space}${SESSION_COOKIE}=${handles[1]}; ${SESSION_COOKIE}=${handles[0]}`;
      const { json } = await browserOf(auth).call(origin, "session", { headers: { cookie } });
      assert.equal(json.session?.subject, "victim", JSON.stringify(space));
    }
  });
});

group("return_to", () => {
  const login = (query) =>
    browserOf(endpointsIn(stack)).request(`${origin}/auth/login?${new URLSearchParams(query)}`);

  test("is a page, not what a page has made", async () => {
    const answer = await login({ return_to: `blob:${origin}/2b8a2bd4-90ab-4a7c-9ac2-0123456789ab` });
    assert.equal(answer.json?.code, "return_to_refused");
  });

  test("counts as long as it is written out, since a browser drops a cookie that is too long", async () => {
    assert.equal((await login({ return_to: `/${"€".repeat(1000)}` })).json?.code, "return_to_refused");
  });

  test("never makes the cookies of several logins longer than servers take", async () => {
    const browser = browserOf(endpointsIn(stack));
    for (let i = 0; i < 6; i++) {
      await browser.request(`${origin}/auth/login?return_to=/${"x".repeat(2000)}`);
    }
    const cookies = [...browser.jar(new URL(origin).hostname)];
    assert.ok(cookies.length >= 2);
    assert.ok(cookies.every(([, value]) => value.length < 4000));
    assert.ok(cookies.flat().join("; ").length < 10_000);
  });
});

test("a record that cannot be read does not keep its user from signing in again", async () => {
  const store = memoryStore({ quiet: true });
  let damaged = false;
  const damaging = changed(store, {
    load: async (target, ...parameters) => {
      const loaded = await target.load(...parameters);
      return loaded && damaged ? { ...loaded, row: { ...loaded.row, record: "AwAA" } } : loaded;
    },
  });
  const auth = endpointsIn(stack, { store: damaging });
  const browser = await signIn(auth, "damaged");
  damaged = true;
  const { json } = await browser.call(origin, "refresh");
  assert.equal(json.reason, "unknown");
  const { url } = await browser.login(origin, { stop: atCallback });
  damaged = false;
  assert.equal((await browser.request(url)).status, 302);
  assert.equal((await browser.call(origin, "refresh")).status, 200);
});

test("logout everywhere by a handle that is no good ends its own session at the provider too", async () => {
  const revoked = [];
  const real = fetchIn(stack);
  const auth = endpointsIn(stack, {
    fetch: (url, init) => {
      if (url.endsWith("/token/revocation")) revoked.push(url);
      return real(url, init);
    },
  });
  const owner = await signIn(auth, "twice");
  const other = await signIn(auth, "twice");
  const headers = { cookie: `${SESSION_COOKIE}=${owner.handle(origin)}` };
  await sleep(stack.timing.rest + 50);
  for (let i = 0; i < 2; i++) await owner.call(origin, "refresh");
  await sleep(stack.timing.late + 50);
  const answer = await browserOf(auth).call(origin, "logout", { body: { everywhere: true }, headers });
  assert.equal(answer.json.reason, "reuse");
  await until(() => revoked.length === 1, "the revocation");
  assert.equal((await owner.call(origin, "refresh")).json.reason, "revoked");
  assert.equal((await other.call(origin, "refresh")).status, 200, "evidence of theft ends no other session");
});

test("a store that is away for seconds after the provider has rotated costs nobody the session", async () => {
  const store = memoryStore({ quiet: true });
  let awaySince;
  const away = changed(store, {
    cas: async (target, ...parameters) => {
      const isOutcome = parameters[3].lease?.until === 0;
      if (isOutcome && awaySince === undefined) awaySince = Date.now();
      if (awaySince !== undefined && Date.now() - awaySince < 3500) throw new Error("connection lost");
      return target.cas(...parameters);
    },
  });
  const browser = await signIn(endpointsIn(stack, { store: away }), "patient");
  assert.equal((await browser.call(origin, "refresh", { body: rs256 })).status, 200);
});

test("slow discovery and a slow answer together stay within the provider's patience, on which the lease relies", async () => {
  const real = fetchIn(stack);
  const provider = oidc({
    issuer: stack.origins.id,
    clientId: "app",
    clientSecret: "secret",
    resources: [{ ...rs256, scope: "read" }],
    timeoutSeconds: 1.5,
    patienceSeconds: 2,
    fetch: async (url, { signal, ...init }) => {
      // Discovery just in time, and a token endpoint that takes as long as it is given.
      const isToken = init.method === "POST";
      const aborted = new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      await Promise.race([aborted, sleep(isToken ? 60_000 : 1200)]);
      return real(url, { signal, ...init });
    },
  });
  const started = Date.now();
  const { outcome } = await provider.renew("a refresh token", provider.resources[0]);
  assert.equal(outcome, "unknown");
  assert.ok(Date.now() - started < provider.patience + 600, `${Date.now() - started} ms`);
});

test("ending another application's session tells this one's provider nothing", async () => {
  const store = memoryStore({ quiet: true });
  const revoked = [];
  const resources = [{ ...rs256, scope: "read" }];
  const providerAt = (issuer) => oidc({ issuer, clientId: "app", clientSecret: "secret", resources });
  const { application } = providerAt("https://other.example");
  assert.notEqual(
    application,
    providerAt("https://id.example").application,
    "providers may name clients alike",
  );
  await signIn(endpointsIn(stack, { store }), "shared");
  const provider = { application, resources, revoke: async (token) => void revoked.push(token) };
  const other = endpointsIn(stack, { store, provider });
  other.init({});
  const { sessions } = await other.sessions.list("shared");
  await other.sessions.revoke(sessions[0].id);
  assert.deepEqual((await other.sessions.list("shared")).sessions, []);
  assert.deepEqual(revoked, []);
});

test("the provider's next refresh token is written before a hook is asked, and the lease goes on", async () => {
  const store = memoryStore({ quiet: true });
  const writes = [];
  const watched = changed(store, {
    cas: async (target, ...parameters) => {
      const answer = await target.cas(...parameters);
      if (answer.ok) writes.push(["written", parameters[3].lease && parameters[3].lease.until > answer.now]);
      return answer;
    },
  });
  const onSession = async ({ reason }) => {
    if (reason === "refresh") writes.push(["hook"]);
    return {};
  };
  const browser = await signIn(endpointsIn(stack, { store: watched, onSession }), "hooked");
  writes.length = 0;
  assert.equal((await browser.call(origin, "refresh", { body: rs256 })).status, 200);
  assert.deepEqual(writes.slice(0, 4), [["written", true], ["written", true], ["hook"], ["written", false]]);
});

test("a lease whose acknowledgement is lost is held all the same", async () => {
  for (const lose of ["an error", "a second try of the driver"]) {
    const store = memoryStore({ quiet: true });
    let lost = 0;
    const losing = changed(store, {
      cas: async (target, ...parameters) => {
        const answer = await target.cas(...parameters);
        if (!(parameters[3].lease?.until > answer.now) || lost++ > 0) return answer;
        if (lose === "an error") throw new Error("connection lost");
        return { ...answer, ok: false };
      },
    });
    const browser = await signIn(endpointsIn(stack, { store: losing }), "unacknowledged");
    const answer = await browser.call(origin, "refresh", { body: rs256 });
    assert.deepEqual([answer.status, lost], [200, 1], lose);
  }
});

test("a provider that cannot end a grant turns no answer into another", async () => {
  const store = memoryStore({ quiet: true });
  const real = fetchIn(stack);
  let auth;
  const provider = {
    ...{ resources: [{ ...rs256, scope: "read" }], application: "app", timeout: 3000, patience: 5000 },
    authorize: async (redirectUri) => ({
      url: `${redirectUri}?state=${"s".repeat(43)}`,
      expected: { state: "s".repeat(43), nonce: "", verifier: "", redirectUri },
    }),
    redeem: async () => ({
      identity: { subject: "ended", claims: {} },
      granted: { accessToken: "a", scope: "other", expiresIn: 600, refreshToken: "r" },
    }),
    renew: async () => {
      await auth.sessions.revokeAll("ended");
      return {
        outcome: "granted",
        granted: { accessToken: "a", scope: "read", expiresIn: 600, refreshToken: "n" },
      };
    },
    revoke: async () => Promise.reject(new Error("away")),
    logoutUrl: async () => undefined,
  };
  auth = endpointsIn(stack, { store, provider, fetch: real });
  const browser = browserOf(auth);
  await browser.request((await browser.request(`${origin}/auth/login`)).headers.location);
  const { status, json } = await browser.call(origin, "refresh");
  assert.deepEqual([status, json.code, json.reason], [401, "session_ended", "revoked"]);
});

test("a log-out everywhere that the store cuts short is not called done", async () => {
  const store = memoryStore({ quiet: true });
  let away = false;
  const flaky = changed(store, {
    revokeSubject: async (target, ...parameters) => {
      if (away) throw new Error("connection lost");
      return target.revokeSubject(...parameters);
    },
  });
  const auth = endpointsIn(stack, { store: flaky });
  const [phone, laptop] = [await signIn(auth, "everywhere"), await signIn(auth, "everywhere")];
  const headers = { cookie: `${SESSION_COOKIE}=${phone.handle(origin)}` };
  const body = { everywhere: true };
  away = true;
  assert.equal((await phone.call(origin, "logout", { body })).status, 503);
  away = false;
  const without = await phone.call(origin, "logout", { body });
  assert.deepEqual([without.status, without.json.code], [401, "session_ended"]);
  assert.equal((await browserOf(auth).call(origin, "logout", { body, headers })).status, 200);
  assert.equal((await laptop.call(origin, "refresh")).json.reason, "revoked");
});

test("a log-out that cannot be understood changes nothing", async () => {
  const browser = await signIn(endpointsIn(stack), "garbled");
  const { status, setCookies } = await browser.call(origin, "logout", { body: [] });
  assert.deepEqual([status, setCookies], [400, []]);
  assert.equal((await browser.call(origin, "refresh")).status, 200);
});

test("a runtime that refuses work beside the answer costs nobody the cookie", async () => {
  const auth = endpointsIn(stack, { onOutcome: () => undefined });
  const refusing = {
    waitUntil: () => {
      throw new Error("too late");
    },
  };
  const browser = new Browser(stack, { [origin]: (request) => auth.fetch(request, undefined, refusing) });
  await browser.login(origin, { name: "late" });
  await sleep(stack.timing.rest + 50);
  const answer = await browser.call(origin, "refresh");
  assert.deepEqual([answer.status, answer.setCookies.length], [200, 1]);
});

test("a code's answer without a scope means all that was asked for, and its token is given for no part of it", async () => {
  const grants = [];
  const real = fetchIn(stack);
  const auth = endpointsIn(stack, {
    fetch: async (url, init) => {
      const response = await real(url, init);
      const grant = new URLSearchParams(String(init?.body)).get("grant_type");
      if (!url.endsWith("/token") || !grant) return response;
      grants.push(grant);
      const { scope, ...answer } = await response.json();
      return Response.json(grant === "authorization_code" ? answer : { ...answer, scope });
    },
  });
  const browser = await signIn(auth, "silent");
  assert.equal((await browser.call(origin, "refresh")).json.scope, "read");
  assert.deepEqual(grants, ["authorization_code", "refresh_token"]);
});

test("what the provider has not said about the time of the proof is not made up", async () => {
  const auth = endpointsIn(stack, { store: memoryStore({ quiet: true }) });
  const browser = await signIn(auth, "timeless");
  assert.equal((await browser.call(origin, "session")).json.session.auth_time, 0);
  assert.equal((await browser.call(origin, "refresh")).json.session.auth_time, 0);
});

test("of any number of planted login cookies few are looked at", async () => {
  const auth = endpointsIn(stack);
  const planted = Array.from({ length: 300 }, (_, index) => `__Host-Http-strongroom-login-${index}=AAAA`);
  const answer = await browserOf(auth).request(`${origin}/auth/login`, {
    headers: { cookie: planted.join("; ") },
  });
  assert.equal(answer.status, 302);
  assert.ok(answer.setCookies.length <= 21, `${answer.setCookies.length} cookies`);
});
