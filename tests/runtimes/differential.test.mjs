// Against jose, on tokens mutated in thousands of ways: what jose refuses is never accepted here, and what is refused beyond
// that falls under a documented rule of strictness.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as jose from "jose";
import { TokenError, createVerifier } from "strongroom/edge";

const issuer = "https://issuer.example";
const audience = "https://api.example";
const now = 1_800_000_000;
const algorithms = ["ES256", "RS256", "EdDSA"];
const ROUNDS = 3000;

/** Refusals beyond jose's, by code and reason, and the rule that demands each. */
const STRICTER = {
  "header_invalid json_duplicate_member": "no duplicate member names",
  "token_malformed json_duplicate_member": "no duplicate member names",
  "token_malformed base64url": "canonical base64url only",
  "token_malformed json_number": "numbers are finite",
  "token_malformed json_encoding": "no lone surrogates, no byte order mark",
  "header_invalid json_encoding": "no lone surrogates, no byte order mark",
  "token_malformed json_too_deep": "depth at most 32",
  "header_invalid json_too_deep": "depth at most 32",
  "header_invalid json_number": "numbers are finite",
  "header_invalid typ": "registered parameters have their types",
  "header_invalid enc": "the header of an encrypted token",
  critical_unsupported: "no extensions",
  "claim_invalid not a string": "registered claims have their types",
  "claim_invalid not in the range of dates in seconds": "dates are in range",
  "claim_invalid not a string or a list of strings": "registered claims have their types",
  issued_in_future: "iat is checked",
};

/** A random source with a seed, so that a failure can be repeated. */
function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

const VALUES = [
  "null",
  "true",
  "0",
  "-1",
  "1",
  "1e3",
  "1e999",
  "1800000600",
  "1799990000",
  "1900000000",
  '"1800000600"',
  '""',
  '"none"',
  '"ES256"',
  '"RS256"',
  '"HS256"',
  "[]",
  "{}",
  `"${audience}"`,
  `["${audience}"]`,
  `["x","${audience}",1]`,
  `"${issuer}"`,
  '"\\ud800"',
  '{"a":1,"a":2}',
  "[".repeat(40) + "]".repeat(40),
  '"ec"',
  '"rsa"',
  "1800000600.5",
  "253402300800",
  '["exp"]',
];
const NAMES = [
  "iss",
  "aud",
  "exp",
  "nbf",
  "iat",
  "sub",
  "jti",
  "alg",
  "kid",
  "typ",
  "crit",
  "b64",
  "enc",
  "x",
  "jwk",
  "client_id",
];

describe("beside jose", () => {
  const keys = {};
  let jwks;
  let verifier;

  before(async () => {
    for (const alg of algorithms) keys[alg] = await jose.generateKeyPair(alg, { extractable: true });
    const exported = algorithms.map(async (alg) => ({
      ...(await jose.exportJWK(keys[alg].publicKey)),
      kid: alg,
      alg,
    }));
    jwks = { keys: await Promise.all(exported) };
    verifier = createVerifier({ issuer, audience, algorithms, keys: { jwks }, now: () => now });
  });

  /** Signs whatever text for header and payload. */
  async function sign(alg, header, payload) {
    const message = `${jose.base64url.encode(header)}.${jose.base64url.encode(payload)}`;
    const parameters = {
      ES256: { name: "ECDSA", hash: "SHA-256" },
      RS256: "RSASSA-PKCS1-v1_5",
      EdDSA: "Ed25519",
    };
    const bytes = new TextEncoder().encode(message);
    const signature = await crypto.subtle.sign(parameters[alg], keys[alg].privateKey, bytes);
    return `${message}.${jose.base64url.encode(new Uint8Array(signature))}`;
  }

  async function ours(token) {
    try {
      await verifier.verify(token);
      return "accepted";
    } catch (error) {
      assert.ok(error instanceof TokenError, String(error));
      return [error.code, error.reason].filter(Boolean).join(" ");
    }
  }

  async function theirs(token) {
    const options = { issuer, audience, algorithms, currentDate: new Date(now * 1000), clockTolerance: 5 };
    try {
      // Without `exp` jose accepts; a verifier here never does, so it is demanded of both.
      await jose.jwtVerify(token, jose.createLocalJWKSet(jwks), { ...options, requiredClaims: ["exp"] });
      return "accepted";
    } catch (error) {
      return `refused ${error.code}`;
    }
  }

  const tally = { agreed: 0, stricter: {}, unexplained: {} };

  async function compare(token, what) {
    const [here, there] = await Promise.all([ours(token), theirs(token)]);
    if ((here === "accepted") === (there === "accepted")) return void tally.agreed++;
    assert.notEqual(here, "accepted", `accepted here, ${there} by jose: ${what}`);
    if (here in STRICTER) tally.stricter[here] = (tally.stricter[here] ?? 0) + 1;
    else tally.unexplained[here] ??= what;
  }

  test(`${ROUNDS} truly signed tokens with mutated headers and claims`, async () => {
    const pick = random(1);
    for (let round = 0; round < ROUNDS; round++) {
      const alg = algorithms[pick(3)];
      const header = [`"alg":"${alg}"`, `"kid":"${alg}"`];
      const payload = [`"iss":"${issuer}"`, `"aud":"${audience}"`, '"exp":1800000600', '"sub":"user-1"'];
      for (let change = pick(3); change >= 0; change--) {
        const target = pick(3) === 0 ? header : payload;
        const member = `"${NAMES[pick(NAMES.length)]}":${VALUES[pick(VALUES.length)]}`;
        if (pick(4) === 0) target.splice(pick(target.length), 1);
        else if (pick(2) === 0) target.push(member);
        else target[pick(target.length)] = member;
      }
      const [h, p] = [`{${header}}`, `{${payload}}`];
      await compare(await sign(alg, h, p), `${h} ${p}`);
    }
    assert.ok(tally.agreed > ROUNDS / 2, JSON.stringify(tally));
    assert.deepEqual(tally.unexplained, {});
  });

  test(`${ROUNDS} tokens with mutated characters`, async () => {
    const pick = random(2);
    const good = {};
    for (const alg of algorithms) {
      const payload = `{"iss":"${issuer}","aud":"${audience}","exp":1800000600}`;
      good[alg] = await sign(alg, `{"alg":"${alg}","kid":"${alg}"}`, payload);
    }
    const characters = [..."ABCabc019-_+/=. \n\t\0é"];
    for (let round = 0; round < ROUNDS; round++) {
      const token = [...good[algorithms[pick(3)]]];
      for (let change = pick(2); change >= 0; change--) {
        const at = pick(4) === 0 ? token.length - 1 : pick(token.length);
        const removed = pick(3) === 0 ? 1 : 0;
        token.splice(at, removed, ...(pick(3) > 0 ? [characters[pick(characters.length)]] : []));
      }
      await compare(token.join(""), token.join(""));
    }
    assert.deepEqual(tally.unexplained, {});
    // A rule that excuses nothing must not stay.
    assert.deepEqual(
      Object.keys(STRICTER).filter((rule) => !(rule in tally.stricter)),
      [],
    );
  });
});
