// The verifier's suite: one file for every runtime. Tokens are made by jose, keys come from a key server on loopback.
// Each test gets `keyServer`, see server.mjs.
import * as jose from "jose";
import {
  TokenError,
  authenticate,
  createVerifier,
  decode,
  inspect,
  lint,
  unauthorized,
} from "strongroom/edge";
import { generateKeyPair, sign } from "strongroom/keys";
import vectors from "./vectors.json" with { type: "json" };

const issuer = "https://issuer.example";
const audience = "https://api.example";
const algorithms = ["ES256", "RS256"];

/** An issuer with one key of each algorithm, made by jose. */
async function makeIssuer() {
  const keys = {};
  for (const alg of algorithms) {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await jose.exportJWK(publicKey)), alg, kid: `key-${alg}`, use: "sig" };
    keys[alg] = { privateKey, jwk };
  }
  const jwks = { keys: Object.values(keys).map(({ jwk }) => jwk) };
  const token = (alg = "ES256", claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuer, aud: audience, sub: "user-1", iat: now, exp: now + 600, ...claims };
    return new jose.SignJWT(JSON.parse(JSON.stringify(payload)))
      .setProtectedHeader({ alg, kid: `key-${alg}`, typ: "JWT", ...header })
      .sign(keys[alg].privateKey);
  };
  return { keys, jwks, token };
}

let made;
const theIssuer = () => (made ??= makeIssuer());

const verifierFor = (options) => createVerifier({ issuer, audience, algorithms, ...options });

function assert(condition, message = "assertion failed") {
  if (!condition) throw new Error(message);
}

function equal(actual, expected, message = "") {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${message} expected ${b}, got ${a}`.trim());
}

/** The code that `work` is refused with, or `accepted`. */
async function codeOf(work) {
  try {
    await work();
    return "accepted";
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.code;
  }
}

const bearer = (token) =>
  new Request("https://api.example/", { headers: { authorization: `Bearer ${token}` } });

/** What jose signs with on every runtime. */
const pairs = [
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
  "Ed25519",
];

export const tests = {
  async "a token of every key pair algorithm verifies, by its own key and name only"() {
    // Making RSA keys takes long; one serves all RSA algorithms.
    const rsa = await jose.generateKeyPair("RS256", { extractable: true });
    for (const alg of pairs) {
      const isRsa = /^[RP]S/.test(alg);
      const pair = isRsa ? rsa : await jose.generateKeyPair(alg, { extractable: true });
      const privateKey = await jose.importJWK(await jose.exportJWK(pair.privateKey), alg);
      const jwk = { ...(await jose.exportJWK(pair.publicKey)), kid: "key" };
      const token = await new jose.SignJWT({ sub: alg })
        .setProtectedHeader({ alg, kid: "key" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(privateKey);
      const verifier = verifierFor({ algorithms: [alg], keys: { jwks: { keys: [jwk] } } });
      equal((await verifier.verify(token)).claims.sub, alg);
      const forged = token.slice(0, -20) + (token.at(-20) === "A" ? "B" : "A") + token.slice(-19);
      equal(await codeOf(() => verifier.verify(forged)), "signature_invalid", alg);
      const others = pairs.filter((other) => other !== alg);
      const another = verifierFor({ algorithms: others, keys: { jwks: { keys: [jwk] } } });
      equal(await codeOf(() => another.verify(token)), "algorithm_not_allowed", alg);
    }
  },

  async "secp256k1 and post-quantum signatures verify"() {
    for (const [alg, { jwk, token }] of Object.entries(vectors)) {
      const options = { algorithms: [alg], keys: { jwks: { keys: [jwk] } }, now: () => 1_800_000_000 };
      equal((await verifierFor(options).verify(token)).claims.sub, "user-1", alg);
      const [header, , signature] = token.split(".");
      const payload = jose.base64url.encode(
        JSON.stringify({ iss: issuer, aud: audience, exp: 1_900_000_000 }),
      );
      const forged = `${header}.${payload}.${signature}`;
      equal(await codeOf(() => verifierFor(options).verify(forged)), "signature_invalid", alg);
    }
  },

  async "HMAC secrets verify, rotate by kid, and are secrets"() {
    const make = (alg, kid, secret) =>
      new jose.SignJWT({ sub: "user-1" })
        .setProtectedHeader({ alg, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(secret);
    const [old, next] = [1, 2].map((fill) => new Uint8Array(64).fill(fill));
    const algorithms = ["HS256", "HS384", "HS512"];
    const secrets = [
      { kid: "old", secret: old },
      { kid: "next", secret: next, algorithm: "HS512" },
    ];
    const verifier = verifierFor({ algorithms, keys: { secrets } });
    for (const alg of algorithms)
      equal((await verifier.verify(await make(alg, "old", old))).claims.sub, "user-1");
    equal((await verifier.verify(await make("HS512", "next", next))).claims.sub, "user-1");
    equal(
      await codeOf(async () => verifier.verify(await make("HS256", "next", next))),
      "algorithm_not_allowed",
    );
    equal(await codeOf(async () => verifier.verify(await make("HS256", "old", next))), "signature_invalid");
    const text = "a text of more than thirty-two bytes";
    const byText = verifierFor({ algorithms, keys: { secrets: [{ secret: text }] } });
    equal(
      (await byText.verify(await make("HS256", undefined, new TextEncoder().encode(text)))).claims.sub,
      "user-1",
    );

    const { keys } = await theIssuer();
    const pem = await jose.exportSPKI(await jose.importJWK(keys.ES256.jwk));
    const bad = ["short", pem, `\n${pem}`, JSON.stringify(keys.RS256.jwk), undefined, 1];
    for (const secret of bad) {
      const code = await codeOf(() =>
        verifierFor({ algorithms, keys: { secrets: [{ secret }] } }).verify("a.b.c"),
      );
      equal(code, "config_invalid", String(secret).slice(0, 20));
    }
  },

  async "a token of each algorithm is accepted, and its claims are given back"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    for (const alg of algorithms) {
      const { claims, header } = await verifier.verify(await token(alg, { nested: { a: [1, "é", null] } }));
      equal(
        [claims.sub, claims.nested, header.alg, header.kid],
        ["user-1", { a: [1, "é", null] }, alg, `key-${alg}`],
      );
    }
  },

  async "a changed signature, payload or header is refused"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    for (const alg of algorithms) {
      const segments = (await token(alg)).split(".");
      for (let at = 0; at < 3; at++) {
        const changed = [...segments];
        changed[at] = (changed[at][0] === "e" ? "f" : "e") + changed[at].slice(1);
        if (changed[at] === segments[at]) continue;
        const code = await codeOf(() => verifier.verify(changed.join(".")));
        assert(["signature_invalid", "header_invalid"].includes(code), `${alg} ${at}: ${code}`);
      }
    }
  },

  async "a token of another issuer's key is refused"() {
    const { jwks } = await theIssuer();
    const stranger = await makeIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    for (const alg of algorithms) {
      equal(await codeOf(async () => verifier.verify(await stranger.token(alg))), "signature_invalid");
    }
  },

  async "each claim that is wrong has its code"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, requiredScopes: ["read"] });
    const now = Math.floor(Date.now() / 1000);
    const good = { scope: "read write" };
    const cases = [
      ["accepted", {}],
      ["issuer_mismatch", { iss: `${issuer}/` }],
      ["audience_mismatch", { aud: ["other"] }],
      ["token_expired", { exp: now - 60 }],
      ["claim_missing", { exp: undefined }],
      ["claim_invalid", { exp: String(now + 60) }],
      ["token_not_active", { nbf: now + 60 }],
      ["issued_in_future", { iat: now + 60 }],
      ["scope_insufficient", { scope: "write" }],
    ];
    for (const [code, claims] of cases) {
      equal(await codeOf(async () => verifier.verify(await token("ES256", { ...good, ...claims }))), code);
    }
  },

  async "alg none and a public key as HMAC secret are refused"() {
    const { jwks, keys } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const unsecured = new jose.UnsecuredJWT({ iss: issuer, aud: audience }).setExpirationTime("1h").encode();
    equal(await codeOf(() => verifier.verify(unsecured)), "algorithm_not_allowed");
    const secret = new TextEncoder().encode(JSON.stringify(keys.RS256.jwk));
    const confused = await new jose.SignJWT({ iss: issuer, aud: audience })
      .setProtectedHeader({ alg: "HS256", kid: "key-RS256" })
      .setExpirationTime("1h")
      .sign(secret);
    equal(await codeOf(() => verifier.verify(confused)), "algorithm_not_allowed");
  },

  async "hostile input of any kind is a TokenError"() {
    const { jwks } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const hostile = ["", ".", "..", "a.b.c", "e30.e30.e30", ".".repeat(20_000), "\0", "é.é.é", "\ud800.a.b"];
    for (const token of hostile) {
      const code = await codeOf(() => verifier.verify(token));
      assert(["token_malformed", "token_too_large", "header_invalid"].includes(code), code);
    }
    for (const token of [undefined, null, 1, {}, []]) {
      equal(await codeOf(() => verifier.verify(token)), "invalid_request", String(token));
      equal(await codeOf(() => verifier.verifySync(token)), "invalid_request", String(token));
    }
  },

  async "verifySync gives the same verdict, and says when it cannot tell"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const held = verifierFor({ keys: { jwks } });
    equal(held.verifySync(await token()).claims.sub, "user-1");
    equal(await codeOf(() => held.verifySync("a.b.c")), "token_malformed");
    const url = await keyServer.serve("sync", { json: jwks });
    const remote = verifierFor({ keys: { jwksUrl: url } });
    const good = await token();
    equal(await codeOf(() => remote.verifySync(good)), "async_required");
    await remote.ready;
    equal(remote.verifySync(good).claims.sub, "user-1");
  },

  async "keys are fetched once for fifty calls at once, and then held"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const url = await keyServer.serve("fifty", { json: jwks, delay: 50 });
    const verifier = verifierFor({ keys: { jwksUrl: url } });
    const good = await token();
    const results = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(good)));
    equal(results.length, 50);
    await verifier.verify(good);
    equal(await keyServer.count("fifty"), 1);
  },

  async "a rotated key is found by its unknown kid"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const next = await makeIssuer();
    const url = await keyServer.serve("rotation", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url } });
    await verifier.verify(await token());
    next.keys.ES256.jwk.kid = "next";
    await keyServer.serve("rotation", { json: next.jwks });
    await verifier.verify(await next.token("ES256", {}, { kid: "next" }));
    equal(await keyServer.count("rotation"), 2);
  },

  async "forged kids cause few fetches"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const url = await keyServer.serve("forged", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url } });
    await verifier.ready;
    const [, payload, signature] = (await token()).split(".");
    for (let i = 0; i < 100; i++) {
      const header = jose.base64url.encode(JSON.stringify({ alg: "ES256", kid: `forged-${i}` }));
      equal(await codeOf(() => verifier.verify(`${header}.${payload}.${signature}`)), "key_not_found");
    }
    equal(await keyServer.count("forged"), 4);
  },

  async "a key server that misbehaves gives keys_unavailable"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const good = await token();
    const elsewhere = await keyServer.serve("elsewhere", { json: jwks });
    const bad = {
      "server error": { status: 500, json: jwks },
      "not found": { status: 404, body: "no" },
      "a redirect": { status: 302, headers: { location: elsewhere } },
      rubbish: { body: "<html>" },
      "no keys": { json: { keys: [] } },
      "a duplicate member": { body: `{"keys":[],"keys":${JSON.stringify(jwks.keys)}}` },
      "too much": { json: { ...jwks, padding: "x".repeat(256 * 1024) } },
      "too many keys": { json: { keys: Array.from({ length: 101 }, () => jwks.keys[0]) } },
    };
    for (const [name, answer] of Object.entries(bad)) {
      const verifier = verifierFor({ keys: { jwksUrl: await keyServer.serve("bad", answer) } });
      equal(await codeOf(() => verifier.verify(good)), "keys_unavailable", name);
    }
    equal(await keyServer.count("elsewhere"), 0);
  },

  async "a key server that is not there gives keys_unavailable"() {
    const { token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwksUrl: "http://127.0.0.1:9/keys" } });
    equal(await codeOf(async () => verifier.verify(await token())), "keys_unavailable");
    equal(await codeOf(() => verifier.ready), "keys_unavailable");
  },

  async "keys are discovered from the issuer's metadata, and only from its own"({ keyServer }) {
    const { jwks } = await theIssuer();
    const { privateKey } = (await theIssuer()).keys.ES256;
    const jwks_uri = await keyServer.serve("discovered", { json: jwks });
    const ours = await keyServer.issuer("tenant", (iss) => ({ json: { issuer: iss, jwks_uri } }));
    const token = (iss) =>
      new jose.SignJWT({ sub: "user-1" })
        .setProtectedHeader({ alg: "ES256", kid: "key-ES256" })
        .setIssuer(iss)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(privateKey);
    const discovering = (iss) => verifierFor({ issuer: iss, keys: { discover: true } });
    equal((await discovering(ours).verify(await token(ours))).claims.sub, "user-1");
    const metadata = {
      impostor: () => ({ json: { issuer: ours, jwks_uri } }),
      insecure: (iss) => ({ json: { issuer: iss, jwks_uri: "http://keys.example/jwks.json" } }),
      silent: (iss) => ({ json: { issuer: iss } }),
      rubbish: () => ({ body: "<html>" }),
      missing: () => ({ status: 404 }),
    };
    for (const [name, answer] of Object.entries(metadata)) {
      const iss = await keyServer.issuer(name, answer);
      equal(await codeOf(async () => discovering(iss).verify(await token(iss))), "keys_unavailable", name);
    }
  },

  async "keys are refreshed ahead in the background, and kept alive by waitUntil"({ keyServer }) {
    const { jwks } = await theIssuer();
    const url = await keyServer.serve("ahead", { json: jwks });
    let now = 1_800_000_000;
    const work = [];
    const verifier = verifierFor({
      keys: { jwksUrl: url },
      now: () => now,
      waitUntil: (promise) => work.push(promise),
    });
    await verifier.ready;
    now += 590;
    equal(await codeOf(() => verifier.verify("a.b.c")), "token_malformed");
    equal(work.length, 1);
    await Promise.all(work);
    equal(await keyServer.count("ahead"), 2);
  },

  async "of several issuers, none vouches for another"() {
    const [first, second] = [await makeIssuer(), await makeIssuer()];
    const other = "https://other.example";
    const verifier = createVerifier({
      issuers: [
        { issuer, audience, algorithms, keys: { jwks: first.jwks } },
        {
          issuer: other,
          audience: "https://other-api.example",
          algorithms: ["ES256"],
          keys: { jwks: second.jwks },
        },
      ],
    });
    await verifier.ready;
    const theirs = { iss: other, aud: "https://other-api.example" };
    equal((await verifier.verify(await first.token())).claims.iss, issuer);
    equal(verifier.verifySync(await second.token("ES256", theirs)).claims.iss, other);
    // Each with the other's key, audience, algorithms or name.
    equal(await codeOf(async () => verifier.verify(await second.token())), "signature_invalid");
    equal(await codeOf(async () => verifier.verify(await first.token("ES256", theirs))), "signature_invalid");
    equal(
      await codeOf(async () => verifier.verify(await second.token("ES256", { iss: other }))),
      "audience_mismatch",
    );
    equal(
      await codeOf(async () => verifier.verify(await second.token("RS256", theirs))),
      "algorithm_not_allowed",
    );
    for (const iss of ["https://third.example", undefined, [issuer], `${issuer}/`]) {
      equal(
        await codeOf(async () => verifier.verify(await first.token("ES256", { iss }))),
        "issuer_mismatch",
      );
    }
    equal(await codeOf(() => verifier.verify("a.b.c")), "token_malformed");
    equal(
      (await inspect(await first.token("ES256", { iss: "x" }), verifier)).problems[0].code,
      "issuer_mismatch",
    );
    equal((await inspect(await first.token(), verifier)).valid, true);
    const one = { issuer, audience, algorithms, keys: { jwks: first.jwks } };
    for (const issuers of [[], [one, one], {}, [undefined]]) {
      equal(await codeOf(() => createVerifier({ issuers })), "config_invalid");
    }
  },

  async "a fetch of one's own is used for the keys"() {
    const { jwks, token } = await theIssuer();
    let asked;
    const fetch = async (request) => ((asked = request), Response.json(jwks));
    const verifier = verifierFor({ keys: { jwksUrl: "https://issuer.example/jwks.json" }, fetch });
    await verifier.verify(await token());
    equal([asked.url, asked.redirect], ["https://issuer.example/jwks.json", "manual"]);
  },

  async "options that would weaken or break a verifier are refused"() {
    const { jwks, token } = await theIssuer();
    const keys = { jwks };
    const early = [
      { issuer: "" },
      { audience: [] },
      { audience: "" },
      { algorithms: [] },
      { algorithms: "ES256" },
      { keys: undefined },
      { keys: {} },
      { keys: { jwks, discover: true } },
      { keys: { discover: 1 } },
      { issuer: "accounts.example", keys: { discover: true } },
      { keys: { jwksUrl: "http://issuer.example/jwks.json" } },
      { keys: { jwksUrl: "ftp://issuer.example/jwks.json" } },
      { keys: { jwksUrl: "https://user:pw@issuer.example/jwks.json" } },
      { keys: { jwksUrl: "jwks.json" } },
    ];
    for (const options of early) {
      equal(await codeOf(() => verifierFor({ keys, ...options })), "config_invalid", JSON.stringify(options));
    }
    const late = [
      { algorithms: ["none"] },
      { algorithms: ["es256"] },
      { clockTolerance: 301 },
      { clockTolerance: -1 },
      { clockTolerance: Number.NaN },
      { maxTokenAge: 0 },
      { kids: [] },
      { keys: { jwks: {} } },
      { keys: { jwks: { keys: [] } } },
    ];
    const good = await token();
    for (const options of late) {
      const code = await codeOf(() => verifierFor({ keys, ...options }).verify(good));
      equal(code, "config_invalid", JSON.stringify(options));
    }
  },

  async "a broken clock accepts nothing"() {
    const { jwks, token } = await theIssuer();
    for (const now of [() => Number.NaN, () => undefined, () => -1, () => Number.POSITIVE_INFINITY]) {
      const verifier = verifierFor({ keys: { jwks }, now });
      equal(await codeOf(async () => verifier.verify(await token())), "token_expired");
    }
  },

  async "a request's bearer token is found, and only there"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const good = await token();
    equal((await verifier.verify(bearer(good))).claims.sub, "user-1");
    const request = (authorization) => new Request("https://api.example/", { headers: { authorization } });
    equal((await verifier.verify(request(`bearer ${good}`))).claims.sub, "user-1");
    // As Node's http and Express have it.
    equal((await verifier.verify({ headers: { authorization: `Bearer ${good}` } })).claims.sub, "user-1");
    equal(await codeOf(() => verifier.verify({ headers: {} })), "token_missing");
    equal(
      await codeOf(() => verifier.verify(new Request(`https://api.example/?access_token=${good}`))),
      "token_missing",
    );
    for (const authorization of [
      good,
      "Bearer",
      "Basic YTpi",
      `Bearer ${good} x`,
      `Bearer ${good}, Bearer ${good}`,
    ]) {
      equal(await codeOf(() => verifier.verify(request(authorization))), "invalid_request");
    }
  },

  async "a refusal carries status and challenge"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, requiredScopes: ["read"] });
    const refusal = async (work) => {
      try {
        return await work();
      } catch (error) {
        return unauthorized(error, { headers: { "access-control-allow-origin": "https://app.example" } });
      }
    };
    const missing = await refusal(() => verifier.verify(new Request("https://api.example/")));
    equal([missing.status, missing.headers.get("www-authenticate")], [401, "Bearer"]);
    const expired = await refusal(async () => verifier.verify(await token("ES256", { exp: 1 })));
    equal(expired.status, 401);
    equal(
      expired.headers.get("www-authenticate"),
      'Bearer error="invalid_token", error_description="the token has expired"',
    );
    equal(expired.headers.get("access-control-allow-origin"), "https://app.example");
    equal(expired.headers.get("content-type"), "application/problem+json");
    equal((await expired.json()).code, "token_expired");
    const poor = await refusal(async () => verifier.verify(await token()));
    equal(
      [poor.status, poor.headers.get("www-authenticate")],
      [403, 'Bearer error="insufficient_scope", scope="read"'],
    );
  },

  async "authenticate guards a handler in one line"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const handle = authenticate(verifier, (_, { claims }, extra) => Response.json([claims.sub, extra]), {
      realm: "api",
      resourceMetadata: "https://api.example/.well-known/oauth-protected-resource",
    });
    const answer = await handle(bearer(await token()), "extra");
    equal([answer.status, await answer.json()], [200, ["user-1", "extra"]]);
    const refused = await handle(new Request("https://api.example/"), "extra");
    equal(refused.status, 401);
    equal(
      refused.headers.get("www-authenticate"),
      'Bearer realm="api", resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
    );
  },

  async "decode takes a token apart and trusts nothing"() {
    const { token } = await theIssuer();
    const { header, payload } = decode(await token("ES256", { exp: 1 }));
    equal([header.alg, payload.sub, payload.exp], ["ES256", "user-1", 1]);
    equal(await codeOf(() => decode("a.b")), "token_malformed");
  },

  async "inspect tells everything that is wrong and never throws"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, type: "at+jwt" });
    const bad = await token("ES256", { exp: 1, aud: "other" });
    const found = await inspect(bad, verifier);
    const codes = found.problems.map(({ code }) => code);
    equal(codes, ["type_mismatch", "audience_mismatch", "token_expired"]);
    equal([found.valid, found.expired, found.payload.sub], [false, true, "user-1"]);
    const good = await inspect(await token("ES256", {}, { typ: "at+jwt" }), verifier);
    equal([good.valid, good.problems, good.expired], [true, [], false]);
    for (const nothing of ["x", "", undefined, null, 1]) {
      equal((await inspect(nothing, verifier)).problems[0].code, "token_malformed");
      equal((await inspect(nothing)).problems[0].code, "token_malformed");
    }
    equal((await inspect(await token())).valid, false);
    const down = verifierFor({ keys: { jwksUrl: await keyServer.serve("down", { status: 500 }) } });
    equal((await inspect(await token(), down)).problems[0].code, "keys_unavailable");
  },

  async "no error holds anything of the token"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const canary = "c4n4ry";
    const tokens = [
      canary,
      `${canary}.${canary}.${canary}`,
      await token("ES256", { iss: canary }),
      await token("ES256", { aud: canary }),
      await token("ES256", { exp: canary }),
      await token("ES256", {}, { kid: canary }),
      `${await token("ES256", { sub: canary })}A`,
    ];
    for (const bad of tokens) {
      let error;
      try {
        await verifier.verify(bad);
      } catch (caught) {
        error = caught;
      }
      assert(error instanceof TokenError, "it was accepted");
      const told = [
        error.message,
        error.stack,
        String(error),
        JSON.stringify(error),
        error.wwwAuthenticate,
      ].join();
      assert(!told.includes(canary), told);
      for (const part of bad.split(".").filter((part) => part.length > 8)) assert(!told.includes(part), told);
    }
  },

  async "tokens signed by strongroom/keys verify here and with jose"() {
    // One RSA algorithm of each kind: making their keys takes long.
    for (const alg of ["ES256", "ES384", "ES512", "EdDSA", "Ed25519", "RS256", "PS384"]) {
      const key = await generateKeyPair(alg);
      equal(key.privateKey.extractable, false);
      const token = await sign(key, { sub: "user-2" }, { issuer, audience, type: "at+jwt" });
      const jwks = { keys: [key.publicJwk] };
      const options = { algorithms: [alg], keys: { jwks }, type: "at+jwt", maxTokenAge: 60 };
      const { claims } = await verifierFor(options).verify(token);
      equal([claims.sub, claims.exp - claims.iat], ["user-2", 600], alg);
      const theirs = await jose.jwtVerify(token, jose.createLocalJWKSet(jwks), { issuer, audience });
      equal(theirs.payload.jti, claims.jti);
      equal(key.kid, await jose.calculateJwkThumbprint(key.publicJwk));
    }
    for (const alg of ["none", "HS256", "toString", "__proto__"]) {
      equal(await codeOf(() => generateKeyPair(alg)), "config_invalid", alg);
    }
  },

  async "lint finds what does not belong into a token, and never tells its value"() {
    const codes = (claims, options) => lint(claims, options).map(({ code }) => code);
    const bad = [
      ["secret", { password: "hunter2!" }],
      ["secret", { user: { "api-key": "c4n4ry" } }],
      ["secret", { config: ["-----BEGIN PRIVATE KEY-----"] }],
      ["secret", { x: "sk_live_c4n4ry" }],
      ["embedded_token", { refresh_token: "c4n4ry" }],
      ["embedded_token", { x: "eyJhbGciOiJFUzI1NiJ9.e30.c4n4ry" }],
      ["payment_card", { x: "4111 1111 1111 1111" }],
      ["national_id", { x: "078-05-1120" }],
      ["email", { x: "c4n4ry@example.com" }],
      ["email", { email: "c4n4ry@example.com" }],
      ["phone", { phone_number: "+1 c4n4ry" }],
      ["profile", { address: { country: "c4n4ry" } }],
      ["profile", { name: "c4n4ry", given_name: "c4n4ry", family_name: "c4n4ry" }],
      ["authorization_detail", { permissions: Array.from({ length: 21 }, (_, i) => `p${i}`) }],
      ["size", { x: "x".repeat(1025) }],
    ];
    for (const [code, claims] of bad) {
      equal(codes(claims), [code], JSON.stringify(claims));
      equal(codes(claims, { allow: [code] }), []);
      assert(!JSON.stringify(lint(claims)).includes("c4n4ry"), "a value was told");
    }
    const fine = {
      sub: "user-1",
      scope: "read write",
      name: "A",
      email_verified: true,
      roles: ["admin"],
      x: "4111111111111112",
    };
    equal(codes(fine), []);
  },

  async "signing refuses secrets and tells what is unwise"() {
    const key = await generateKeyPair("ES256");
    const options = { issuer, audience };
    equal(await codeOf(() => sign(key, { password: "x" }, options)), "config_invalid");
    const told = [];
    await sign(key, { email: "a@b.example" }, { ...options, onWarning: ({ code }) => told.push(code) });
    equal(told, ["email"]);
    await sign(key, { password: "reset" }, { ...options, lint: { allow: ["secret"] } });
  },

  async "signing refuses what would make a bad token"() {
    const key = await generateKeyPair("ES256");
    const refused = (claims, options) => codeOf(() => sign(key, claims, { issuer, audience, ...options }));
    for (const name of ["iss", "aud", "iat", "exp", "jti"])
      equal(await refused({ [name]: 1 }, {}), "config_invalid");
    for (const lifetime of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "forever"]) {
      equal(await refused({}, { lifetime }), "config_invalid");
    }
    for (const options of [{ issuer: "" }, { audience: "" }, { audience: [] }]) {
      equal(await refused({}, options), "config_invalid");
    }
  },
};
