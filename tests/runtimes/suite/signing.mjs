// `strongroom/keys`: signing, and looking claims over.
import * as jose from "jose";
import { lint } from "strongroom/edge";
import { createKeyRing, generateKeyPair, memoryRingStorage, sign } from "strongroom/keys";
import { assert, audience, codeOf, equal, issuer, verifierFor } from "./shared.mjs";

export const tests = {
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

  async "what lint looks for can be changed"() {
    const told = (claims, options) =>
      lint(claims, options).map(({ code, severity }) => `${severity} ${code}`);
    equal(told({ email: "a@b.example" }), ["warning email"]);
    equal(told({ email: "a@b.example" }, { refuse: ["email"] }), ["error email"]);
    const names = ["Cost Center"];
    equal(told({ a: [{ cost_center: 7 }] }, { names }), ["error named"]);
    equal(told({ cost_centers: 7, center: 1 }, { names }), []);
    equal(told({ x: "x".repeat(100) }, { maxBytes: 50, refuse: ["size"] }), ["error size"]);
    const key = await generateKeyPair("ES256");
    equal(
      await codeOf(() => sign(key, { costCenter: 1 }, { issuer, audience, lint: { names } })),
      "config_invalid",
    );
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

  async "a key ring signs, publishes, rotates, and keeps its keys sealed"() {
    const secret = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
    let now = 1_800_000_000;
    for (const algorithm of ["ES256", "EdDSA"]) {
      const storage = memoryRingStorage();
      const isolate = () => createKeyRing({ storage, secrets: [secret], algorithm, now: () => now });
      const [ring, other] = [isolate(), isolate()];
      const verifier = verifierFor({
        algorithms: [algorithm],
        keys: { jwksUrl: "https://issuer.example/jwks.json" },
        fetch: () => other.response(),
        now: () => now,
      });
      const check = async (signer) =>
        (await verifier.verify(await sign(signer, { sub: "user-1" }, { issuer, audience }))).header.kid;
      const first = await check(ring);
      equal(await check(other), first);
      equal((await ring.signingKey()).privateKey.extractable, false);
      const { value } = await storage.read();
      assert(!value.includes(first), "the stored ring tells a key id");
      const response = await ring.response();
      equal(response.headers.get("cache-control"), "public, max-age=300, must-revalidate");
      equal(response.headers.get("content-type"), "application/jwk-set+json");
      await ring.rotate();
      equal((await other.jwks()).keys.length, 1, "the other isolate has read a minute ago at most");
      now += 720;
      const second = await check(other);
      assert(second !== first, "it was not rotated");
      equal(await check(ring), second);
      await other.rotate({ emergency: true });
      equal(
        (await other.keys()).map(({ state }) => state),
        ["active"],
      );
      assert((await check(other)) !== second, "the key was not withdrawn");
    }
  },
};
