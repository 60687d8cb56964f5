// What befalls an honest user: a provider half away, logins begun elsewhere or anew, an application with two addresses.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mock, test } from "node:test";
import { createEndpoints, oidc } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, COOKIE, ORIGIN, PASSWORD, world } from "../issuer/world.mjs";
import { ID, fakeProvider } from "./fake.mjs";

const DISCOVERY = "/.well-known/openid-configuration";
const html = { accept: "text/html" };

function endpointsAt(provider, { oidc: more = {}, ...options } = {}) {
  const resources = ["api", "files"].map((name) => ({
    audience: `https://${name}.example.com`,
    scope: name,
  }));
  const client = { issuer: ID, clientId: "app", clientSecret: "secret", fetch: provider.fetch };
  return createEndpoints({
    origins: [ORIGIN],
    provider: oidc({ ...client, resources, ...more }),
    store: memoryStore({ quiet: true }),
    secrets: [randomBytes(32).toString("base64url")],
    ...options,
  });
}

async function signIn(auth, provider, { name = "ada", query = {}, origin = ORIGIN } = {}) {
  const browser = new Browser(auth, origin);
  const answer = await browser.see(provider.authorize(await browser.start(query), name), html);
  return { browser, answer };
}

test("a login that succeeds leads to where nothing is said of the one that failed before", async () => {
  const provider = await fakeProvider();
  const auth = endpointsAt(provider);
  provider.failing.add(DISCOVERY);
  const back = encodeURIComponent(`${ORIGIN}/inbox?page=2`);
  const failed = await new Browser(auth).request(`/auth/login?return_to=${back}`, { headers: html });
  assert.equal(failed.location, `${ORIGIN}/inbox?page=2&problem=provider_unreachable`);
  provider.failing.clear();
  // `vault.login({ returnTo: location.href })`
  const { answer } = await signIn(auth, provider, { query: { return_to: failed.location } });
  assert.equal(answer.location, `${ORIGIN}/inbox?page=2`);
  const own = await signIn(auth, provider, { query: { return_to: `${ORIGIN}/math?problem=17` } });
  assert.equal(own.answer.location, `${ORIGIN}/math?problem=17`, "a word of the app's own stays");
});

test("a provider whose metadata cannot be had goes on to be asked for tokens as before", async () => {
  const provider = await fakeProvider();
  const auth = endpointsAt(provider, { oidc: { timeoutSeconds: 4 } });
  const browsers = [];
  for (const name of ["a", "b", "c"]) browsers.push((await signIn(auth, provider, { name })).browser);
  mock.timers.enable({ apis: ["Date"], now: Date.now() + 11 * 60_000 });
  try {
    provider.hanging.add(DISCOVERY);
    provider.asked.length = 0;
    for (const browser of browsers) {
      const answer = await browser.refresh();
      assert.equal(answer.status, 200, answer.text);
    }
    const looks = () => provider.asked.filter(({ pathname }) => pathname === DISCOVERY).length;
    assert.equal(looks(), 1, "one request in a while waits for it");
    provider.hanging.clear();
    mock.timers.tick(61_000);
    assert.equal((await browsers[0].refresh({ audience: "https://files.example.com" })).status, 200);
    assert.equal(looks(), 2, "then it is asked for again");
  } finally {
    mock.timers.reset();
  }
});

test("a login that began on another site ends the session that the form brings", async () => {
  const { auth } = world();
  const browser = new Browser(auth);
  await browser.signIn("first");
  // The cookie is `SameSite=Strict`: a link on another site leads to `/login` without it.
  const cookie = browser.cookies.get(COOKIE);
  browser.cookies.delete(COOKIE);
  const address = await browser.start();
  browser.cookies.set(COOKIE, cookie);
  assert.equal((await browser.post(address, { name: "second", password: PASSWORD })).status, 302);
  assert.deepEqual((await auth.sessions.list("first")).sessions, []);
  assert.equal((await auth.sessions.list("second")).sessions.length, 1);
});

test("of two logins at once in one browser the last one's session is the only one", async () => {
  const { auth } = world();
  const browser = new Browser(auth);
  const [one, other] = [await browser.start(), await browser.start()];
  for (const address of [one, other]) await browser.post(address, { name: "ada", password: PASSWORD });
  assert.equal((await auth.sessions.list("ada")).sessions.length, 1);
  assert.equal((await browser.call("session")).json.session.subject, "ada");
});

test("whoever logs out comes back to the address that was used", async () => {
  const provider = await fakeProvider();
  const other = "https://app.example.org";
  const auth = endpointsAt(provider, { origins: [ORIGIN, other] });
  for (const origin of [ORIGIN, other]) {
    const { browser } = await signIn(auth, provider, { origin });
    const { json } = await browser.call("logout");
    assert.equal(new URL(json.logout_url).searchParams.get("post_logout_redirect_uri"), `${origin}/`);
  }
});

test("a hook that forgets to give the page's claims is told so", async () => {
  const provider = await fakeProvider();
  let given = {};
  const auth = endpointsAt(provider, { onSession: () => given });
  const { browser } = await signIn(auth, provider);
  for (given of [undefined, null, "name", []]) {
    await assert.rejects(browser.refresh({ audience: "https://files.example.com" }), {
      name: "TypeError",
      message: /onSession/,
    });
  }
  given = { name: "Ada" };
  const { json } = await browser.refresh({ audience: "https://files.example.com" });
  assert.deepEqual(json.session.claims, given, "that cost no refresh token");
  given = undefined;
  await assert.rejects(signIn(auth, provider), { name: "TypeError", message: /onSession/ });
});

test("a provider that is busy when the browser comes back is no refusal", async () => {
  const auth = endpointsAt(await fakeProvider());
  for (const [error, code] of [
    ["temporarily_unavailable", "provider_unreachable"],
    ["server_error", "provider_unreachable"],
    ["access_denied", "provider_refused"],
  ]) {
    const browser = new Browser(auth);
    const state = new URL(await browser.start()).searchParams.get("state");
    const query = new URLSearchParams({ error, state, iss: ID });
    assert.equal((await browser.see(`/auth/callback?${query}`)).json.code, code, error);
  }
});

test("the host is told why the provider said no, and the span shows what a browser was sent back for", async () => {
  const [provider, faults, spans] = [await fakeProvider(), [], []];
  const startSpan = () => {
    const span = { setAttribute: (name, value) => (span[name] = value), setStatus() {}, end() {} };
    spans.push(span);
    return span;
  };
  const onFault = (event) => {
    faults.push(event);
    throw new Error("a hook that fails costs nobody anything");
  };
  const auth = endpointsAt(provider, { onFault, tracer: { startSpan } });
  const { browser } = await signIn(auth, provider);
  assert.deepEqual(faults, []);
  provider.answer = () => ({ error: "invalid_client", error_description: "hidden" });
  const { answer } = await signIn(auth, provider);
  assert.equal(answer.location, `${ORIGIN}/?problem=provider_refused`);
  assert.equal(spans.at(-1)["error.type"], "provider_refused");
  assert.equal((await browser.refresh()).json.code, "provider_refused");
  const told = { code: "provider_refused", cause: "invalid_client" };
  assert.deepEqual(faults.splice(0), [told, told]);
  provider.answer = () => ({ error: "what <b>is</b> this\u0000" });
  assert.equal((await browser.refresh()).status, 400);
  assert.deepEqual(faults.splice(0), [{ code: "provider_refused", cause: "provider refused" }]);
});

test("the host is told what a store threw, as it came", async () => {
  const [missing, faults] = [new Error('relation "strongroom_sessions" does not exist'), []];
  const store = memoryStore({ quiet: true });
  store.putOnce = () => Promise.reject(missing);
  const auth = endpointsAt(await fakeProvider(), { store, onFault: (event) => faults.push(event) });
  const browser = new Browser(auth);
  const state = new URL(await browser.start()).searchParams.get("state");
  const answer = await browser.see(`/auth/callback?${new URLSearchParams({ code: "x", state, iss: ID })}`);
  assert.deepEqual([answer.status, answer.json.code], [503, "store_unavailable"]);
  assert.deepEqual(faults, [{ code: "store_unavailable", method: "putOnce", cause: missing }]);
  assert.equal(faults[0].cause, missing);
});

test("providers that do not know RFC 8707 are told their own way which resource a token is for", async () => {
  const audiences = ["https://api.example.com", "https://files.example.com"];
  for (const [audienceAs, resource, audience] of [
    [undefined, audiences, []],
    ["audience", [], [audiences[0]]],
    ["scope", [], []],
  ]) {
    const provider = await fakeProvider();
    const auth = endpointsAt(provider, { oidc: { audienceAs } });
    const query = new URL(await new Browser(auth).start()).searchParams;
    assert.deepEqual([query.getAll("resource"), query.getAll("audience")], [resource, audience]);
    const { browser } = await signIn(auth, provider);
    assert.equal((await browser.refresh({ audience: audiences[1] })).status, 200);
    const tokens = provider.asked.filter(({ pathname }) => pathname === "/token");
    const said = tokens.map(({ form }) => [form.get("resource"), form.get("audience")]);
    const expected = audiences.map((each) => [resource.length ? each : null, audience.length ? each : null]);
    assert.deepEqual(said, expected, audienceAs);
  }
});
