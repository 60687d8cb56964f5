// The example's site and API, as they stand, under load in virtual time: its signing key changes again and again, on schedule
// and on demand, and the API refuses no token.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { createApp } from "../../examples/issuer/app.mjs";

const [ORIGIN, API] = ["http://localhost:8787", "http://localhost:8788"];
const USERS = 6;
/** A step is a second of virtual time. */
const SECONDS = 3600;

test("the example's key changes under load, and its API refuses nobody", async (t) => {
  let clock = Math.floor(Date.now() / 1000);
  const now = () => clock;
  const ring = { tokenLifetime: 120, jwksMaxAge: 60, refresh: 10, clockSkew: 5, rotateEvery: 300 };
  const { site, api, keyRing } = createApp({ origin: ORIGIN, api: API, now, ring });
  const users = await Promise.all(Array.from({ length: USERS }, (_, index) => signUp(site, `user-${index}`)));
  const kids = new Set();
  let [answered, refreshed] = [0, 0];
  const refused = [];
  for (let second = 0; second < SECONDS; second++, clock++) {
    if (second % 500 === 250) await keyRing.rotate();
    await Promise.all(
      users.map(async (user, index) => {
        if (clock >= (user.until ?? 0) - index * 10) {
          const { status, body } = await refresh(site, user);
          assert.equal(status, 200, body.code);
          Object.assign(user, { token: body.access_token, until: clock + body.expires_in - 1 });
          kids.add(JSON.parse(Buffer.from(user.token.split(".")[0], "base64url")).kid);
          refreshed++;
        }
        const headers = { authorization: `Bearer ${user.token}` };
        const response = await api(new Request(`${API}/me`, { headers }));
        const answer = await response.json();
        if (response.status === 200 && answer.name === user.name) answered++;
        else refused.push(`${second} s: ${response.status} ${answer.code}`);
      }),
    );
  }
  t.diagnostic(
    `${answered} verifications, ${refused.length} failed; ${refreshed} refreshes, ${kids.size} keys signed`,
  );
  assert.deepEqual(refused, []);
  assert.equal(answered, USERS * SECONDS);
  assert.ok(kids.size > 7, `only ${kids.size} keys`);
});

async function signUp(site, name) {
  const headers = { "sec-fetch-dest": "document" };
  const begun = await site(new Request(`${ORIGIN}/auth/login`, { headers }));
  const [transaction] = begun.headers.getSetCookie()[0].split(";");
  const body = new URLSearchParams({ intent: "create", name, password: "correct horse battery staple" });
  const sent = { ...headers, origin: ORIGIN, cookie: transaction };
  const done = await site(
    new Request(begun.headers.get("location"), { method: "POST", headers: sent, body }),
  );
  assert.equal(done.status, 302);
  return { name, cookie: sessionCookie(done) };
}

async function refresh(site, user) {
  const attempt = randomBytes(16).toString("base64url");
  const own = { origin: ORIGIN, "content-type": "application/json", cookie: user.cookie };
  const init = { method: "POST", body: "{}", headers: { ...own, "strongroom-attempt": attempt } };
  const response = await site(new Request(`${ORIGIN}/auth/refresh`, init));
  user.cookie = sessionCookie(response) ?? user.cookie;
  return { status: response.status, body: await response.json() };
}

function sessionCookie(response) {
  const set = response.headers.getSetCookie().find((text) => text.startsWith("__Host-Http-strongroom="));
  return set?.split(";")[0];
}
