// Whoever checks the signatures: the verdict is the same one.
import * as jose from "jose";
import { assert, audience, codeOf, equal, issuer, makePair, verifierFor } from "./shared.mjs";

const ENGINES = ["auto", "native", "wasm"];

const ORDERS = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  EdDSA: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
};

const number = (bytes) =>
  BigInt(`0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
const bytes = (value, length) =>
  Uint8Array.from(
    value
      .toString(16)
      .padStart(2 * length, "0")
      .match(/../g),
    (hex) => Number.parseInt(hex, 16),
  );
const reversed = (array) => Uint8Array.from(array).reverse();

/** What can be done to a signature, by algorithm: `[name, signature, whether it still is one]`. */
function* changes(alg, signature, jwk) {
  yield ["as it is", signature, true];
  yield ["empty", new Uint8Array(), false];
  yield ["a byte less", signature.slice(0, -1), false];
  yield ["a byte more", Uint8Array.of(...signature, 0), false];
  yield ["a zero before", Uint8Array.of(0, ...signature), false];
  yield ["all zero", new Uint8Array(signature.length), false];
  yield ["all ones", new Uint8Array(signature.length).fill(255), false];
  for (const at of [0, signature.length >> 1, signature.length - 1]) {
    const changed = signature.slice();
    changed[at] ^= 1;
    yield [`byte ${at} changed`, changed, false];
  }
  if (alg === "ES256") {
    const [r, s] = [signature.slice(0, 32), signature.slice(32)];
    const n = ORDERS.ES256;
    yield ["s mirrored, which ECDSA allows", Uint8Array.of(...r, ...bytes(n - number(s), 32)), true];
    yield ["r = 0", Uint8Array.of(...new Uint8Array(32), ...s), false];
    yield ["s = 0", Uint8Array.of(...r, ...new Uint8Array(32)), false];
    yield ["r = n", Uint8Array.of(...bytes(n, 32), ...s), false];
    yield ["s = n", Uint8Array.of(...r, ...bytes(n, 32)), false];
    yield ["in DER", der(r, s), false];
  }
  if (alg === "EdDSA") {
    const [r, s] = [signature.slice(0, 32), number(reversed(signature.slice(32)))];
    yield ["s + L", Uint8Array.of(...r, ...reversed(bytes(s + ORDERS.EdDSA, 32))), false];
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    yield ["R of small order", Uint8Array.of(...identity, ...signature.slice(32)), false];
  }
  if (/^[RP]S/.test(alg)) {
    const n = number(jose.base64url.decode(jwk.n));
    const raised = number(signature) + n;
    if (raised < 1n << 2048n) yield ["plus the modulus", bytes(raised, 256), false];
    yield ["the modulus", bytes(n, 256), false];
  }
}

function der(r, s) {
  const integer = (value) => {
    const content = value[0] > 127 ? [0, ...value] : [...value];
    return [2, content.length, ...content];
  };
  const content = [...integer(r), ...integer(s)];
  return Uint8Array.of(0x30, content.length, ...content);
}

export const tests = {
  async "all engines give the same verdict on every signature, awaited and not"() {
    for (const alg of ["ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256", "PS512"]) {
      const { publicKey, privateKey } = await makePair(alg);
      const jwk = { ...(await jose.exportJWK(publicKey)), kid: "key" };
      const token = await new jose.SignJWT({ sub: alg })
        .setProtectedHeader({ alg, kid: "key" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(privateKey);
      const end = token.lastIndexOf(".");
      const signature = jose.base64url.decode(token.slice(end + 1));
      for (const engine of ENGINES) {
        // No cache: each is judged by itself.
        const options = { algorithms: [alg], keys: { jwks: { keys: [jwk] } }, cache: false, engine };
        const verifier = verifierFor(options);
        for (const [name, changed, holds] of changes(alg, signature, jwk)) {
          const changedToken = `${token.slice(0, end)}.${jose.base64url.encode(changed)}`;
          const expected = holds ? "accepted" : "signature_invalid";
          const found = [
            await codeOf(() => verifier.verify(changedToken)),
            await codeOf(() => verifier.verifySync(changedToken)),
          ];
          equal(found, [expected, expected], `${alg}, ${engine}, ${name}:`);
        }
      }
    }
  },

  async "an engine is asked for the signature alone: all else is refused as ever"() {
    const { publicKey, privateKey } = await makePair("ES256");
    const jwk = { ...(await jose.exportJWK(publicKey)), kid: "key" };
    const sign = (claims, header = {}) =>
      new jose.SignJWT({ iss: issuer, aud: audience, exp: Math.floor(Date.now() / 1000) + 600, ...claims })
        .setProtectedHeader({ alg: "ES256", kid: "key", ...header })
        .sign(privateKey);
    const bad = {
      issuer_mismatch: await sign({ iss: "https://other.example" }),
      audience_mismatch: await sign({ aud: "https://other.example" }),
      token_expired: await sign({ exp: 1 }),
      claim_invalid: await sign({ exp: "soon" }),
      key_not_found: await sign({}, { kid: "other" }),
    };
    for (const engine of ENGINES) {
      const verifier = verifierFor({ keys: { jwks: { keys: [jwk] } }, engine });
      for (const [code, token] of Object.entries(bad)) {
        const found = [
          await codeOf(() => verifier.verify(token)),
          await codeOf(() => verifier.verifySync(token)),
        ];
        equal(found, [code, code], engine);
        // What is wrong with unsigned claims is not told.
        const forged = `${token.slice(0, -8)}AAAAAAAA`;
        const expected = code === "key_not_found" ? code : "signature_invalid";
        equal(await codeOf(() => verifier.verify(forged)), expected, engine);
      }
    }
  },

  async "tokens at once do not get into each other's way"() {
    const { publicKey, privateKey } = await makePair("ES256");
    const jwk = { ...(await jose.exportJWK(publicKey)), kid: "key" };
    for (const engine of ENGINES) {
      const verifier = verifierFor({ keys: { jwks: { keys: [jwk] } }, cache: false, engine });
      const tokens = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          new jose.SignJWT({ sub: `user-${i}`, padding: "x".repeat(i * 300) })
            .setProtectedHeader({ alg: "ES256", kid: "key" })
            .setIssuer(issuer)
            .setAudience(audience)
            .setExpirationTime("10m")
            .sign(privateKey),
        ),
      );
      const forged = tokens.map((token, i) => {
        const other = tokens[(i + 1) % tokens.length].split(".");
        return [...token.split(".").slice(0, 2), other[2]].join(".");
      });
      // Before the engine has taken in the key, and after.
      for (let turn = 0; turn < 2; turn++) {
        const work = tokens.flatMap((token, i) => [
          verifier.verify(token),
          codeOf(() => verifier.verify(forged[i])),
        ]);
        const results = await Promise.all(work);
        results.forEach((result, i) => {
          if (i % 2 === 1) equal(result, "signature_invalid", engine);
          else equal(result.claims.sub, `user-${i / 2}`, engine);
        });
      }
    }
  },

  async "a token of any length is taken, up to the limit"() {
    const { publicKey, privateKey } = await makePair("ES256");
    const jwk = { ...(await jose.exportJWK(publicKey)), kid: "key" };
    const sign = (padding) =>
      new jose.SignJWT({ padding })
        .setProtectedHeader({ alg: "ES256", kid: "key" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(privateKey);
    const verifier = verifierFor({ keys: { jwks: { keys: [jwk] } } });
    for (const length of [10, 5_000, 100, 11_000, 3_000]) {
      const token = await sign("ü".repeat(length / 2));
      equal((await verifier.verify(token)).claims.padding.length, length / 2);
      equal(verifier.verifySync(token).claims.padding.length, length / 2);
    }
    equal(await codeOf(async () => verifier.verify(await sign("x".repeat(20_000)))), "token_too_large");
    // What was made ready for it, or was not, is no harm to those that follow.
    for (const length of [3_000, 11_000, 100]) {
      const token = await sign("x".repeat(length));
      equal((await verifier.verify(token)).claims.padding.length, length);
      equal(await codeOf(async () => verifier.verify(await sign("x".repeat(15_000)))), "token_too_large");
      equal(verifier.verifySync(token).claims.padding.length, length);
    }
    const strange = ["", "é.é.é", "a.b.😀", "\ud800.a.b", `${"é".repeat(9_000)}.a.b`, "a.b.c\u0000"];
    const expected = ["token_malformed", "token_malformed", "token_malformed", "token_malformed"];
    equal(await Promise.all(strange.map((token) => codeOf(() => verifier.verify(token)))), [
      ...expected,
      "token_too_large",
      "token_malformed",
    ]);
  },

  async "where wasm is worth it for many tokens, WebCrypto has the first few of each key, and keys without a table"() {
    const { navigator, process, Bun, Deno } = globalThis;
    // What the table of engines knows is no page.
    if (Bun || Deno || process?.versions?.node || navigator?.userAgent === "Cloudflare-Workers") return;
    const [few, tables, owner] = [32, 8, Object.getPrototypeOf(crypto.subtle)];
    const original = owner.verify;
    for (const [alg, many] of [
      ["ES256", 10],
      ["EdDSA", 1],
      ["RS256", 1],
    ]) {
      const keys = await Promise.all(
        Array.from({ length: many }, async (_, i) => {
          const { publicKey, privateKey } = await makePair(alg);
          const token = await new jose.SignJWT({})
            .setProtectedHeader({ alg, kid: `key-${i}` })
            .setIssuer(issuer)
            .setAudience(audience)
            .setExpirationTime("10m")
            .sign(privateKey);
          return { jwk: { ...(await jose.exportJWK(publicKey)), kid: `key-${i}` }, token };
        }),
      );
      const all = many * (few + 2);
      for (const [engine, expected] of [
        ["auto", alg === "RS256" ? all : all - 2 * Math.min(many, tables)],
        ["native", all],
        ["wasm", 0],
      ]) {
        let calls = 0;
        owner.verify = function (...args) {
          calls += 1;
          return original.apply(this, args);
        };
        try {
          const jwks = { keys: keys.map(({ jwk }) => jwk) };
          const verifier = verifierFor({ algorithms: [alg], keys: { jwks }, cache: false, engine });
          for (let i = 0; i < few + 2; i++) for (const { token } of keys) await verifier.verify(token);
          equal(calls, expected, `${alg}, ${engine}:`);
        } finally {
          owner.verify = original;
        }
      }
    }
  },

  async "engine is one of three"() {
    const keys = { secrets: [{ secret: "x".repeat(32) }] };
    for (const engine of ["fast", "", null, 1]) {
      equal(await codeOf(() => verifierFor({ keys, engine })), "config_invalid", String(engine));
    }
    assert(verifierFor({ keys, engine: "native" }));
  },
};
