// What browsers and stores hold of an earlier version goes on to work: a cookie, a record of both versions, what is sealed, and a login
// under way. `kept.json` was written by the first version that had all of them; whoever must change it signs every user out.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";
import { createEndpoints, oidc } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, COOKIE, ORIGIN } from "../issuer/world.mjs";
import { ID, fakeProvider } from "./fake.mjs";

const kept = JSON.parse(readFileSync(new URL("kept.json", import.meta.url), "utf8"));
const next = randomBytes(32).toString("base64url");
const opened = kept.row.idleExpiresAt - 7 * 24 * 60 * 60 * 1000;

/** The endpoints at a time, with a row of the earlier version in their store. */
async function today({ record = kept.row.record, secrets = [next, kept.secret], after = 0, provider } = {}) {
  const store = memoryStore({ quiet: true, now: () => opened + after });
  await store.create(kept.shard, { ...kept.row, record }, 200);
  const { fetch } = provider ?? (await fakeProvider());
  const client = { issuer: ID, clientId: "app", clientSecret: "secret", scope: "openid", fetch };
  const resources = [{ audience: "https://api.example.com", scope: "api" }];
  const auth = createEndpoints({
    ...{ origins: [ORIGIN], provider: oidc({ ...client, resources }), store, secrets },
  });
  const browser = new Browser(auth);
  const [name, value] = kept.cookie.split("=");
  browser.cookies.set(name, value);
  return { auth, browser, store };
}

for (const secrets of [[kept.secret], [next, kept.secret], [next, kept.secret, next]]) {
  test(`the cookie, the record and what is sealed, with the secrets ${secrets.map((one) => (one === kept.secret ? "old" : "new"))}`, async () => {
    const { browser } = await today({ secrets, after: 120_000 });
    const { json, status, setCookies } = await browser.refresh();
    assert.equal(status, 200, JSON.stringify(json));
    assert.match(json.access_token, /^access-/);
    assert.deepEqual([json.session.subject, json.session.claims], ["ada", { name: "Ada" }]);
    assert.equal(setCookies.length, 1);
    // Rotated: from now on under the newest secret.
    const isSame = browser.cookies.get(COOKIE).slice(0, 3) === kept.cookie.split("=")[1].slice(0, 3);
    assert.equal(isSame, secrets[0] === kept.secret);
    assert.equal((await browser.call("session")).status, 200);
  });
}

test("a record of version 1", async () => {
  const { browser, store } = await today({ record: kept.record1, after: 120_000 });
  const { json, headers } = await browser.refresh();
  assert.equal(headers.get("strongroom-outcome"), "rotated", JSON.stringify(json));
  assert.equal(json.session.expires_at, Math.floor(kept.row.absoluteExpiresAt / 1000));
  const { row } = await store.load(kept.shard, kept.row.family);
  assert.equal(Buffer.from(row.record, "base64url")[0], 2, "it is written as version 2");
});

test("a login under way", async () => {
  mock.timers.enable({ apis: ["Date"], now: opened + 60_000 });
  try {
    const provider = await fakeProvider();
    const { browser } = await today({ provider });
    browser.cookies.clear();
    const at = kept.login.indexOf("=");
    browser.cookies.set(kept.login.slice(0, at), kept.login.slice(at + 1));
    const query = new URLSearchParams({ code: "unknown", state: kept.state, iss: ID });
    provider.answer = () => ({ error: "invalid_grant" });
    const accept = { accept: "text/html" };
    // The provider has forgotten its code by now; that it is asked, and where the browser goes, was in the cookie.
    const { location } = await browser.see(`/auth/callback?${query}`, accept);
    assert.equal(location, `${ORIGIN}/inbox?problem=provider_refused`);
    assert.ok(provider.asked.some(({ form }) => form.get("code_verifier")?.length >= 43));
  } finally {
    mock.timers.reset();
  }
});

test("nothing of it without its secret", async () => {
  const { browser } = await today({ secrets: [next], after: 120_000 });
  const { json, setCookies } = await browser.refresh();
  assert.deepEqual([json.code, json.reason, setCookies], ["session_ended", "unknown", []]);
});
