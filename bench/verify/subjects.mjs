// Who is measured: each library as its documentation says to use it, with the same checks as far as it has them.
// A subject's `make(case)` gives a function from a token to its claims, to an object that has them, or to a promise of either.
import * as aws from "aws-jwt-verify";
import * as fast from "fast-jwt";
import * as hono from "hono/jwt";
import * as jose from "jose";
import * as tsndr from "@tsndr/cloudflare-worker-jwt";
import { createVerifier } from "strongroom/edge";

const issuer = "https://issuer.example";
const audience = "https://api.example";

const bytes = (base64url) =>
  Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

const nodeCrypto = () => globalThis.process?.getBuiltinModule?.("node:crypto");

function strongroom(options, call) {
  return ({ alg, jwks, secret, kid }) => {
    const keys = secret ? { secrets: [{ kid, secret: bytes(secret) }] } : { jwks };
    const verifier = createVerifier({ issuer, audience, algorithms: [alg], keys, ...options });
    return call(verifier);
  };
}

const awaited = (verifier) => (token) => verifier.verify(token);
const sync = (verifier) => (token) => verifier.verifySync(token);

const WEBCRYPTO = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  EdDSA: { name: "Ed25519" },
  HS256: { name: "HMAC", hash: "SHA-256" },
};

const importKey = ({ alg, jwks, secret, kid }) =>
  secret
    ? crypto.subtle.importKey("raw", bytes(secret), WEBCRYPTO[alg], false, ["verify"])
    : crypto.subtle.importKey("jwk", webJwk(jwks, kid), WEBCRYPTO[alg], false, ["verify"]);

/** Some runtimes do not know the name EdDSA in a JWK. */
const webJwk = ({ keys }, kid) => {
  const { alg, use, ...jwk } = keys.find((key) => key.kid === kid);
  return jwk;
};

export const SUBJECTS = {
  strongroom: { remembers: true, make: strongroom({}, awaited) },
  "strongroom sync": { remembers: true, make: strongroom({}, sync) },
  "strongroom sync, engine wasm": { remembers: true, make: strongroom({ engine: "wasm" }, sync) },
  jose: {
    make({ alg, jwks, secret }) {
      const key = secret ? bytes(secret) : jose.createLocalJWKSet(jwks);
      const options = { issuer, audience, algorithms: [alg] };
      return (token) => jose.jwtVerify(token, key, options);
    },
  },
  // Its synchronous call takes one key, not a set.
  "fast-jwt sync": {
    only: ["node", "deno", "bun"],
    make: (given) => fastVerifier(given, false),
  },
  "fast-jwt sync, cached": {
    remembers: true,
    only: ["node", "deno", "bun"],
    make: (given) => fastVerifier(given, true),
  },
  "aws-jwt-verify": {
    make({ alg, jwks }) {
      if (!["ES256", "RS256", "EdDSA"].includes(alg)) return undefined;
      const verifier = aws.JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks.json` });
      verifier.cacheJwks(jwks);
      return (token) => verifier.verify(token);
    },
  },
  // It takes one imported key, and leaves issuer and audience to its caller.
  "@tsndr/cloudflare-worker-jwt": {
    async make(given) {
      if (!["ES256", "RS256", "HS256"].includes(given.alg)) return undefined;
      const key = await importKey(given);
      const options = { algorithm: given.alg, throwError: true };
      return async (token) => {
        const { payload } = await tsndr.verify(token, key, options);
        if (payload.iss !== issuer || payload.aud !== audience) throw new Error("another issuer or audience");
        return payload;
      };
    },
  },
  hono: {
    make({ alg, jwks, secret }) {
      const verification = { iss: issuer, aud: audience };
      if (secret) {
        // Its secrets are texts, or JWKs.
        const jwk = { kty: "oct", k: secret, alg };
        return (token) => hono.verify(token, jwk, { alg, ...verification });
      }
      const options = { keys: jwks.keys, allowedAlgorithms: [alg], verification };
      return (token) => hono.verifyWithJwks(token, options);
    },
  },
  // What a memory of tokens costs at least: the machine's part of the warm rows.
  "bare look-up": { remembers: true, isLookUp: true, make: (given) => lookUp(given) },
  "bare look-up, awaited": {
    remembers: true,
    isLookUp: true,
    make(given) {
      const find = lookUp(given);
      return async (token) => find(token);
    },
  },
  "bare WebCrypto": {
    isFloor: true,
    async make(given) {
      const key = await importKey(given);
      const algorithm = WEBCRYPTO[given.alg];
      return bare(async (input, signature, claims) => {
        if (!(await crypto.subtle.verify(algorithm, key, signature, input))) throw new Error("not valid");
        return claims;
      });
    },
  },
  "bare node:crypto": {
    isFloor: true,
    only: ["node", "deno", "bun"],
    make(given) {
      const { createPublicKey, verify, createHmac, timingSafeEqual, constants } = nodeCrypto();
      const { alg, secret, jwks, kid } = given;
      if (secret) {
        const key = bytes(secret);
        return bare((input, signature, claims) => {
          const tag = createHmac("sha256", key).update(input).digest();
          if (!timingSafeEqual(tag, signature)) throw new Error("not valid");
          return claims;
        });
      }
      const key = createPublicKey({ key: webJwk(jwks, kid), format: "jwk" });
      const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      const how = { key, ...(alg === "PS256" && pss), ...(alg === "ES256" && { dsaEncoding: "ieee-p1363" }) };
      const hash = alg === "EdDSA" ? null : "sha256";
      return bare((input, signature, claims) => {
        if (!verify(hash, input, how, signature)) throw new Error("not valid");
        return claims;
      });
    },
  },
};

function fastVerifier({ alg, jwks, secret, kid }, cache) {
  const key = secret
    ? Buffer.from(secret, "base64url")
    : nodeCrypto()
        .createPublicKey({ key: webJwk(jwks, kid), format: "jwk" })
        .export({ type: "spki", format: "pem" });
  return fast.createVerifier({
    key,
    cache,
    algorithms: [alg],
    allowedIss: issuer,
    allowedAud: audience,
    cacheTTL: 600_000,
  });
}

/** A map by the end of the signature, as the verifier has it, and the comparison of the whole text; nothing else is checked. */
function lookUp({ tokens }) {
  const entries = new Map();
  for (const token of tokens) {
    const claims = JSON.parse(new TextDecoder().decode(bytes(token.split(".")[1])));
    entries.set(token.slice(-43), { token, claims });
  }
  return (token) => {
    const entry = entries.get(token.slice(-43));
    if (entry?.token !== token) throw new Error("not known");
    return entry.claims;
  };
}

/** The native call alone. `ready` takes a token apart beforehand, unmeasured; `verify` gets what it made. */
function bare(check) {
  const ready = (token) => {
    const end = token.lastIndexOf(".");
    const claims = JSON.parse(new TextDecoder().decode(bytes(token.split(".")[1])));
    return {
      input: new TextEncoder().encode(token.slice(0, end)),
      signature: bytes(token.slice(end + 1)),
      claims,
    };
  };
  return Object.assign(({ input, signature, claims }) => check(input, signature, claims), { ready });
}
