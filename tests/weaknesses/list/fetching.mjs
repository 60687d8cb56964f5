// Fetching keys: from the configured place, within bounds, and never as often as a forger likes.
import assert from "node:assert/strict";
import { CLAIMS, ES256, NOW, code, codeOf, es256, jwks, verifier } from "../issuer.mjs";

const jwksUrl = "https://issuer.example/jwks";

/** A verifier whose keys come over `answer`, its clock, and how often it has fetched. */
function remote(answer = () => Response.json(jwks), cache) {
  const world = { now: NOW, fetches: 0 };
  const fetch = async (request) => {
    world.fetches += 1;
    // A loop without end would leave no time to notice it.
    if (world.fetches > 1000) await new Promise(() => {});
    return answer(request);
  };
  const own = verifier({ keys: { jwksUrl, ...(cache && { cache }) }, fetch, now: () => world.now });
  world.code = (token) => codeOf(() => own.verify(token));
  world.token = (header) =>
    es256({ ...ES256, ...header }, { ...CLAIMS, iat: world.now, exp: world.now + 600 });
  return world;
}

/** A shared cache that holds this document since `age` seconds. */
function kept(document, age) {
  const body = new TextEncoder().encode(JSON.stringify(document));
  return {
    age,
    async get() {
      return { body, cacheControl: "max-age=600", fetchedAt: (NOW - this.age) * 1000 };
    },
    async put() {},
  };
}

/** Once everything that can go on has gone on. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

export default [
  {
    name: "keys over http",
    ids: [],
    defence: "keys come over https",
    run() {
      for (const url of [
        "http://issuer.example/jwks",
        "ftp://issuer.example/",
        "file:///etc/passwd",
        "data:,{}",
        "http://localhost.forger.example/",
      ])
        assert.equal(code(es256(), { keys: { jwksUrl: url } }), "config_invalid", url);
    },
  },
  {
    name: "a password in the keys' URL",
    ids: [],
    defence: "the keys' URL holds no password",
    run: () =>
      assert.equal(
        code(es256(), { keys: { jwksUrl: "https://me:pw@issuer.example/jwks" } }),
        "config_invalid",
      ),
  },
  {
    name: "a redirect to other keys",
    ids: [],
    defence: "redirects are not followed",
    async run() {
      let mode;
      const world = remote((request) => ((mode = request.redirect), Response.json(jwks)));
      await world.code(world.token());
      assert.equal(mode, "manual");
      const moved = remote(
        () => new Response(null, { status: 302, headers: { location: "https://forger.example/" } }),
      );
      assert.equal(await moved.code(moved.token()), "keys_unavailable");
    },
  },
  {
    name: "an answer that never ends",
    ids: [],
    defence: "answers are bounded",
    async run() {
      let pulled = 0;
      const endless = () =>
        new ReadableStream({
          pull(stream) {
            pulled += 1;
            stream.enqueue(new Uint8Array(65_536).fill(32));
            if (pulled === 200) stream.close();
          },
        });
      const world = remote(() => new Response(endless()));
      const timeout = new Promise((resolve) => setTimeout(resolve, 3000, "it goes on").unref());
      assert.equal(await Promise.race([world.code(world.token()), timeout]), "keys_unavailable");
      assert.ok(pulled < 20, `${pulled} pieces were read`);
    },
  },
  {
    name: "an error's page that holds keys",
    ids: [],
    defence: "only 200 brings keys",
    async run() {
      for (const status of [201, 203, 400, 401, 404, 500, 503]) {
        const world = remote(() => Response.json(jwks, { status }));
        assert.equal(await world.code(world.token()), "keys_unavailable", String(status));
      }
    },
  },
  {
    name: "forged key ids as an amplifier",
    ids: [],
    defence: "refetches are rationed",
    async run() {
      const world = remote();
      await world.code(world.token());
      for (let i = 0; i < 300; i += 1) {
        world.now += 0.1;
        assert.match(await world.code(world.token({ kid: `forged-${i}` })), /^key_not_found$/);
      }
      assert.ok(world.fetches <= 1 + 3 + 1, `${world.fetches} fetches in 30 s`);
    },
  },
  {
    name: "forged signatures as an amplifier",
    ids: [],
    defence: "refetches are rationed",
    async run() {
      const world = remote();
      const good = world.token();
      await world.code(good);
      const forged = `${good.slice(0, good.lastIndexOf("."))}.${"A".repeat(86)}`;
      for (let i = 0; i < 300; i += 1) {
        world.now += 0.1;
        assert.equal(await world.code(forged), "signature_invalid");
      }
      assert.ok(world.fetches <= 1 + 3 + 1, `${world.fetches} fetches in 30 s`);
    },
  },
  {
    name: "one unknown key id, asked for over and over",
    ids: [],
    defence: "unknown key ids are remembered",
    async run() {
      const world = remote();
      await world.code(world.token());
      for (let i = 0; i < 50; i += 1)
        assert.equal(await world.code(world.token({ kid: "gone" })), "key_not_found");
      assert.equal(world.fetches, 2);
    },
  },
  {
    name: "a key server that is hammered while it is down",
    ids: [],
    defence: "failures are followed by a pause",
    async run() {
      const world = remote(() => new Response(null, { status: 500 }));
      for (let i = 0; i < 100; i += 1) {
        world.now += 0.01;
        assert.equal(await world.code(world.token()), "keys_unavailable");
      }
      assert.ok(world.fetches <= 3, `${world.fetches} fetches in a second`);
    },
  },
  {
    name: "a key server's outage that becomes everybody's",
    ids: [],
    defence: "stale keys serve while none can be had",
    async run() {
      let down = false;
      const world = remote(() => (down ? new Response(null, { status: 503 }) : Response.json(jwks)));
      await world.code(world.token());
      down = true;
      for (let hour = 1; hour < 24; hour += 1) {
        world.now = NOW + hour * 3600;
        assert.equal(await world.code(world.token()), "accepted", `${hour} h`);
      }
    },
  },
  {
    name: "keys that serve for ever once fetched",
    ids: [],
    defence: "keys end at the hard ceiling",
    async run() {
      let down = false;
      const world = remote(() => (down ? new Response(null, { status: 503 }) : Response.json(jwks)));
      await world.code(world.token());
      down = true;
      world.now = NOW + 24 * 3600 + 1;
      assert.equal(await world.code(world.token()), "keys_unavailable");
    },
  },
  {
    name: "a key server that forbids caching: a fetch for each request",
    ids: [],
    defence: "freshness is bounded",
    async run() {
      const headers = { "cache-control": "max-age=0" };
      const world = remote(() => Response.json(jwks, { headers }));
      for (let i = 0; i < 40; i += 1) {
        world.now += 1;
        assert.equal(await world.code(world.token()), "accepted");
      }
      assert.ok(world.fetches <= 2, `${world.fetches} fetches in 40 s`);
    },
  },
  {
    name: "a key server that never answers, and callers that wait for ever",
    ids: [],
    defence: "a fetch has its time",
    async run() {
      const silent = () => new Promise(() => {});
      // Node would leave where nothing but a promise is waited for.
      const hold = setInterval(() => {}, 1000);
      try {
        const discovering = verifier({ keys: { discover: true }, fetch: silent });
        const codes = [remote(silent).code(es256()), codeOf(() => discovering.verify(es256()))];
        assert.deepEqual(await Promise.all(codes), ["keys_unavailable", "keys_unavailable"]);
      } finally {
        clearInterval(hold);
      }
    },
  },
  {
    name: "a shared cache that keeps withdrawn keys for ever",
    ids: [],
    defence: "a shared cache's copy ends at the hard ceiling",
    async run() {
      for (const [age, expected] of [
        [3600, "accepted"],
        [24 * 3600, "keys_unavailable"],
        [1e9, "keys_unavailable"],
        [-3600, "keys_unavailable"],
        [Number.NaN, "keys_unavailable"],
      ]) {
        const world = remote(() => new Response(null, { status: 503 }), kept(jwks, age));
        assert.equal(await world.code(world.token()), expected, `${age} s`);
      }
    },
  },
  {
    name: "a shared cache that holds more than any key server may send",
    ids: [],
    defence: "a shared cache's copy is bounded",
    async run() {
      const world = remote(
        () => new Response(null, { status: 503 }),
        kept({ ...jwks, pad: "x".repeat(262_144) }, 0),
      );
      assert.equal(await world.code(world.token()), "keys_unavailable");
    },
  },
  {
    name: "a shared cache that hides a new key",
    ids: [],
    defence: "a shared cache does not answer for a new key",
    async run() {
      let current = jwks;
      const cache = kept(jwks, 0);
      const world = remote(() => Response.json(current), cache);
      assert.equal(await world.code(world.token()), "accepted");
      assert.equal(world.fetches, 0);
      current = { keys: [{ ...jwks.keys[0], kid: "next" }] };
      world.now += 5;
      // Another isolate has filled it again, just before the rotation.
      cache.age = -4;
      assert.equal(await world.code(world.token({ kid: "next" })), "accepted");
    },
  },
  {
    name: "a slow answer with withdrawn keys that comes after a quick one without them",
    ids: [],
    defence: "a late answer is ignored",
    async run() {
      const answers = [];
      const world = remote(() => new Promise((resolve) => answers.push(resolve)));
      const first = world.code(world.token());
      await settled();
      world.now += 1.5;
      const second = world.code(world.token());
      await settled();
      assert.equal(answers.length, 2);
      answers[1](Response.json({ keys: [{ ...jwks.keys[0], kid: "next" }] }));
      await second;
      answers[0](Response.json(jwks));
      await first;
      answers.length = 0;
      world.now += 1;
      const third = world.code(world.token());
      await settled();
      answers[0]?.(Response.json({ keys: [{ ...jwks.keys[0], kid: "next" }] }));
      assert.equal(await third, "key_not_found");
    },
  },
];
