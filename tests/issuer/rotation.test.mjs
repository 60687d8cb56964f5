// The signing key changes again and again while browsers refresh and several APIs verify: no token is ever refused. Time is
// virtual and goes on with the work done, so that the run is as long on any machine; nobody waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { Browser, secret, verifierOf, world } from "./world.mjs";

const BROWSERS = 24;
const APIS = 6;
/** A step is a second of virtual time. */
const SECONDS = Number(process.env.STRONGROOM_SECONDS ?? 3600);
const LIFETIME = 120;

test("key rotation under load: every token verifies", async (t) => {
  let clock = 1_900_000_000;
  const now = () => clock;
  const store = memoryStore({ quiet: true, now: () => clock * 1000 });
  const [ring, endpoints] = [{ secrets: [secret()] }, { secrets: [secret()] }];
  Object.assign(ring, {
    now,
    tokenLifetime: LIFETIME,
    jwksMaxAge: 60,
    refresh: 10,
    clockSkew: 5,
    rotateEvery: 300,
  });
  const isolates = Array.from({ length: 3 }, () => world({ store, ring, endpoints }));
  // A shared cache before the keys, which keeps its answers for as long as they allow.
  let cached;
  const fetchKeys = async (request) => {
    const isFresh = cached && cached.until > clock;
    if (!isFresh) {
      const response = await isolates[clock % isolates.length].auth.fetch(request);
      cached = { text: await response.text(), until: clock + 60 };
    }
    return new Response(cached.text, {
      headers: { "content-type": "application/json", "cache-control": "public, max-age=60" },
    });
  };
  const keys = { jwksUrl: "https://app.example.com/auth/jwks" };
  const apis = Array.from({ length: APIS }, () =>
    verifierOf(isolates[0].auth, { keys, now, fetch: fetchKeys, cache: false }),
  );
  const browsers = Array.from(
    { length: BROWSERS },
    (_, index) => new Browser(isolates[index % isolates.length].auth),
  );
  for (const [index, browser] of browsers.entries()) await browser.signIn(`user-${index}`);

  let [verified, refreshed] = [0, 0];
  const failed = [];
  const kids = new Set();
  const held = browsers.map(() => ({ token: "", until: 0, renewAt: 0 }));
  for (let second = 0; second < SECONDS; second++, clock++) {
    // On demand too, beside the schedule.
    if (second % 500 === 250) await isolates[0].keyRing.rotate();
    await Promise.all(
      browsers.map(async (browser, index) => {
        const mine = held[index];
        if (clock >= mine.renewAt) {
          browser.auth = isolates[(second + index) % isolates.length].auth;
          const { status, json } = await browser.refresh();
          assert.equal(status, 200, json?.code);
          // Used until its last second.
          Object.assign(mine, { token: json.access_token, until: clock + json.expires_in - 1 });
          mine.renewAt = mine.until - (index % 12) * 5;
          refreshed++;
        }
        if ((second + index) % 4 > 0) return;
        const api = apis[(second + index) % apis.length];
        await api.verify(mine.token).then(
          ({ header }) => (verified++, kids.add(header.kid)),
          (error) => failed.push(`${second} s: ${error.code}`),
        );
      }),
    );
  }
  t.diagnostic(
    `${verified} verifications, ${failed.length} failed; ${refreshed} refreshes, ${kids.size} keys signed`,
  );
  assert.deepEqual(failed, []);
  assert.ok(kids.size >= SECONDS / 500, `only ${kids.size} keys`);
  assert.ok(verified >= SECONDS * BROWSERS * 0.24, `only ${verified} verifications`);
});
