// Tokens that come again: every check that the cache makes on a hit has a test here that fails without it.
import * as jose from "jose";
import { assert, audience, codeOf, equal, issuer, makeIssuer, theIssuer, verifierFor } from "./shared.mjs";

const START = 1_900_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** A verifier with a clock of its own, and a token that it has just verified. */
async function warmed({ claims = {}, options = {} } = {}) {
  const { jwks, token } = await theIssuer();
  const clock = { now: START };
  const verifier = verifierFor({ keys: { jwks }, now: () => clock.now, ...options });
  const good = await token("ES256", { iat: START, exp: START + HOUR, ...claims });
  const verified = await verifier.verify(good);
  assert((await verifier.verify(fresh(good))) === verified, "the second time was no hit");
  return { clock, verifier, token: good, verified };
}

/** The same text as another string, as a header gives it. */
const fresh = (text) => new TextDecoder().decode(new TextEncoder().encode(text));

/** Both ways to ask, after the same change. */
async function codes({ verifier, token }) {
  return [
    await codeOf(() => verifier.verify(fresh(token))),
    await codeOf(() => verifier.verifySync(fresh(token))),
  ];
}

const twice = (code) => [code, code];

export const tests = {
  async "a token that comes again is the same verified object, frozen at every depth"() {
    const { verifier, token, verified } = await warmed({ claims: { nested: { list: [{ deep: 1 }] } } });
    assert(verifier.verifySync(fresh(token)) === verified, "verifySync did not hit");
    const { claims, header } = verified;
    for (const value of [
      verified,
      header,
      claims,
      claims.nested,
      claims.nested.list,
      claims.nested.list[0],
    ]) {
      assert(Object.isFrozen(value), "not frozen");
    }
  },

  async "a cached token expires"() {
    const warm = await warmed();
    warm.clock.now += HOUR + 4;
    equal(await codes(warm), twice("accepted"));
    warm.clock.now += 1;
    equal(await codes(warm), twice("token_expired"));
  },

  async "a cached token is not active before its time, should the clock be set back"() {
    const warm = await warmed({ claims: { nbf: START - 100, iat: START - 200 } });
    warm.clock.now -= 106;
    equal(await codes(warm), twice("token_not_active"));
  },

  async "a cached token is not issued in the future, should the clock be set back"() {
    const warm = await warmed();
    warm.clock.now -= 6;
    equal(await codes(warm), twice("issued_in_future"));
  },

  async "a cached token reaches its maximum age"() {
    const warm = await warmed({ options: { maxTokenAge: 60 } });
    warm.clock.now += 66;
    equal(await codes(warm), twice("token_too_old"));
  },

  async "a clock that is broken makes no hit"() {
    const warm = await warmed();
    warm.clock.now = Number.NaN;
    equal(await codes(warm), twice("config_invalid"));
  },

  async "another text with the same signature is no hit"() {
    const { verifier, token } = await warmed();
    const [header, payload, signature] = token.split(".");
    const claims = JSON.parse(new TextDecoder().decode(jose.base64url.decode(payload)));
    const other = jose.base64url.encode(JSON.stringify({ ...claims, sub: "user-2" }));
    equal(await codes({ verifier, token: `${header}.${other}.${signature}` }), twice("signature_invalid"));
    equal(await codes({ verifier, token: `${token}\n` }), twice("token_malformed"));
  },

  async "what one verifier has verified is nothing to another"() {
    const { clock, token } = await warmed();
    const { jwks } = await theIssuer();
    const other = verifierFor({ keys: { jwks }, audience: "https://other.example", now: () => clock.now });
    equal(await codes({ verifier: other, token }), twice("audience_mismatch"));
  },

  async "a refused token is refused again"() {
    const { jwks, token } = await theIssuer();
    const clock = { now: START };
    const verifier = verifierFor({ keys: { jwks }, now: () => clock.now });
    const early = await token("ES256", { iat: START, nbf: START + 60, exp: START + HOUR });
    equal(await codes({ verifier, token: early }), twice("token_not_active"));
    equal(await codes({ verifier, token: early }), twice("token_not_active"));
    clock.now += 60;
    equal(await codes({ verifier, token: early }), twice("accepted"));
  },

  async "the cache holds as many as it may, and lets go of the least recently used"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, cache: { max: 2 } });
    const [a, b, c] = await Promise.all([1, 2, 3].map((n) => token("ES256", { n })));
    const first = new Map();
    for (const text of [a, b]) first.set(text, verifier.verifySync(text));
    assert(verifier.verifySync(a) === first.get(a), "a is gone");
    verifier.verifySync(c);
    assert(verifier.verifySync(a) === first.get(a), "a was used last, and is gone");
    assert(verifier.verifySync(b) !== first.get(b), "b is kept beyond the maximum");
    assert(verifier.verifySync(c).claims.n === 3);
  },

  async "the cache can be turned off"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, cache: false });
    const good = await token();
    assert((await verifier.verify(good)) !== (await verifier.verify(good)));
    for (const cache of [true, 0, {}, { max: 0 }, { max: 1.5 }, { max: "1" }, null]) {
      equal(
        await codeOf(() => verifierFor({ keys: { jwks }, cache })),
        "config_invalid",
        JSON.stringify(cache),
      );
    }
  },

  async "a cached token goes with its very key"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const stranger = await makeIssuer();
    const clock = { now: START };
    const good = await token("ES256", { iat: START, exp: START + DAY });
    const rest = jwks.keys.filter(({ kid }) => kid !== "key-ES256");
    const changes = {
      "the key is gone": [{ keys: rest }, "key_not_found"],
      "another has its name": [{ keys: [...rest, stranger.keys.ES256.jwk] }, "signature_invalid"],
    };
    for (const [name, [next, code]] of Object.entries(changes)) {
      clock.now = START;
      const url = await keyServer.serve("very-key", { json: jwks });
      const verifier = verifierFor({ keys: { jwksUrl: url }, now: () => clock.now });
      const verified = await verifier.verify(good);
      assert((await verifier.verify(good)) === verified, "no hit");
      await keyServer.serve("very-key", { json: next });
      // The keys are stale: they are fetched before a cached token is looked at.
      clock.now += 700;
      equal(await codeOf(() => verifier.verify(good)), code, name);
      assert((await codeOf(() => verifier.verifySync(good))) !== "accepted", name);
    }
  },

  async "a cached token outlives a refresh that brings its key again"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const clock = { now: START };
    const url = await keyServer.serve("again", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url }, now: () => clock.now });
    const good = await token("ES256", { iat: START, exp: START + DAY });
    const verified = await verifier.verify(good);
    await keyServer.serve("again", { json: { keys: [...jwks.keys].reverse() } });
    clock.now += 700;
    assert((await verifier.verify(good)) === verified, "it was verified anew");
    equal(await keyServer.count("again"), 2);
  },

  async "a cached token is not served beyond the keys' hard ceiling"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const clock = { now: START };
    const url = await keyServer.serve("ceiling", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url }, now: () => clock.now });
    const good = await token("ES256", { iat: START, exp: START + 3 * DAY });
    const verified = await verifier.verify(good);
    await keyServer.serve("ceiling", { status: 500 });
    // Stale, and the server is down: it is served on.
    clock.now += DAY - 10;
    assert((await verifier.verify(good)) === verified && verifier.verifySync(good) === verified);
    clock.now += 11;
    equal(await codeOf(() => verifier.verifySync(good)), "async_required");
    equal(await codeOf(() => verifier.verify(good)), "keys_unavailable");
  },

  async "a cached token is not served when the clock is set back to before its keys were fetched"({
    keyServer,
  }) {
    const { jwks, token } = await theIssuer();
    const clock = { now: START };
    const url = await keyServer.serve("set-back", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url }, now: () => clock.now });
    const good = await token("ES256", { iat: START - DAY, exp: START + DAY });
    await verifier.verify(good);
    // Clocks are corrected by seconds.
    clock.now -= 59;
    equal(await codeOf(() => verifier.verifySync(good)), "accepted");
    clock.now -= 2;
    equal(await codeOf(() => verifier.verifySync(good)), "async_required");
    await verifier.verify(good);
    equal(await keyServer.count("set-back"), 2);
  },

  async "a hit starts the background refresh that is due"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const clock = { now: START };
    const work = [];
    const url = await keyServer.serve("due", { json: jwks });
    const waitUntil = (promise) => work.push(promise);
    const verifier = verifierFor({ keys: { jwksUrl: url }, now: () => clock.now, waitUntil });
    const good = await token("ES256", { iat: START, exp: START + DAY });
    await verifier.verify(good);
    clock.now += 590;
    await verifier.verify(good);
    equal(work.length, 1);
    await Promise.all(work);
    equal(await keyServer.count("due"), 2);
    // The fetch has put it off; a hit that is not awaited finds it due as well.
    clock.now += 590;
    verifier.verifySync(good);
    equal(work.length, 2);
    await Promise.all(work);
    equal(await keyServer.count("due"), 3);
  },

  async "cached tokens of several issuers keep to their own"() {
    const { jwks, token } = await theIssuer();
    const stranger = await makeIssuer();
    const good = await token();
    const foreign = await stranger.token("ES256", { iss: issuer });
    const verifier = verifierFor({ keys: { jwks }, audience });
    await verifier.verify(good);
    equal(await codes({ verifier, token: foreign }), twice("signature_invalid"));
  },
};
