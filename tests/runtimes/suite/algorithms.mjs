// Signatures: every algorithm that a verifier can allow, and the ways round them.
import * as jose from "jose";
import vectors from "../vectors.json" with { type: "json" };
import {
  algorithms,
  assert,
  audience,
  codeOf,
  equal,
  issuer,
  makeIssuer,
  makePair,
  theIssuer,
  verifierFor,
} from "./shared.mjs";

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
    const rsa = await makePair("RS256");
    for (const alg of pairs) {
      const isRsa = /^[RP]S/.test(alg);
      const pair = isRsa ? rsa : await makePair(alg);
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
};
