// Tokens of jose, PyJWT and golang-jwt verify here, and ours verify there, for every algorithm that both sides have.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { TokenError, createVerifier } from "strongroom/edge";
import { generateKeyPair, sign } from "strongroom/keys";
import { ALGORITHMS, OURS_ALONE } from "./algorithms.mjs";
import { startPeers } from "./peers/index.mjs";

const issuer = "https://issuer.example";
const audience = "https://api.example";
const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: issuer,
  aud: audience,
  iat: now,
  exp: now + 600,
  sub: "Zoë 🔑",
  list: [1, { a: null }],
};

/** Whether our verifier knows the algorithm. */
function verifies(alg) {
  const probe = { issuer, audience, algorithms: [alg], keys: { jwksUrl: "https://issuer.example/jwks" } };
  try {
    createVerifier(probe).verifySync("");
    return true;
  } catch (error) {
    return error.code !== "config_invalid";
  }
}

/** The same key in every library's clothes. */
function material({ publicKey, privateKey, secret }) {
  if (secret) {
    const text = secret.toString("base64");
    return {
      signing: { secret: text },
      verifying: { secret: text },
      keys: { secrets: [{ kid: "k", secret }] },
    };
  }
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k" };
  return {
    signing: { pem: privateKey.export({ format: "pem", type: "pkcs8" }) },
    verifying: { pem: publicKey.export({ format: "pem", type: "spki" }) },
    keys: { jwks: { keys: [jwk] } },
  };
}

/** The same token with one bit of its signature flipped. */
function forged(token) {
  const [header, payload, signature] = token.split(".");
  const bytes = Buffer.from(signature, "base64url");
  bytes[bytes.length >> 1] ^= 1;
  return `${header}.${payload}.${bytes.toString("base64url")}`;
}

/** Our own key for the algorithm; none where we verify and do not sign. */
async function makeOwnKey(alg) {
  try {
    return await generateKeyPair(alg);
  } catch (error) {
    if (error.code === "config_invalid") return undefined;
    throw error;
  }
}

const ours = ALGORITHMS.filter(({ alg }) => verifies(alg));
const ownKeys = new Map(await Promise.all(ours.map(async ({ alg }) => [alg, await makeOwnKey(alg)])));
let peers;
before(async () => (peers = await startPeers()));
after(() => peers?.forEach((peer) => peer.stop()));
const peer = (name) => peers.find((one) => one.name === name);

test("every peer is there", (t) => {
  for (const { name, version } of peers) t.diagnostic(`${name} ${version}`);
  assert.deepEqual(
    peers.map(({ name }) => name),
    ["jose", "PyJWT", "golang-jwt"],
  );
});

test("every algorithm that we verify has its row", (t) => {
  t.diagnostic(`checked: ${ours.map(({ alg }) => alg).join(", ")}`);
  t.diagnostic(`ours alone: ${OURS_ALONE.filter(verifies).join(", ") || "none"}`);
  const unsigned = ours.filter(({ alg }) => !ownKeys.get(alg)).map(({ alg }) => alg);
  t.diagnostic(`verified and not signed: ${unsigned.join(", ") || "none"}`);
  assert.ok(ours.length >= 15 && ownKeys.get("ES256") && ownKeys.get("RS256"));
  // Registered names that have no row: one that we come to verify needs it.
  for (const alg of ["Ed448", "ESP256", "ESP384", "ESP512", "RS1"]) assert.ok(!verifies(alg), alg);
});

for (const { alg, key, peers: names } of ours) {
  for (const name of names) {
    describe(`${alg} and ${name}`, () => {
      test("its token verifies here, a forged one does not", async () => {
        const { signing, keys } = material(key());
        const header = { alg, typ: "JWT", kid: "k" };
        const token = await peer(name).sign({ alg, header, claims, ...signing });
        const verifier = createVerifier({ issuer, audience, algorithms: [alg], keys });
        const verified = await verifier.verify(token);
        assert.deepEqual({ ...verified.claims }, claims);
        assert.equal(verified.header.alg, alg);
        await assert.rejects(
          () => verifier.verify(forged(token)),
          (error) => error instanceof TokenError && error.code === "signature_invalid",
        );
      });

      const ourOwn = ownKeys.get(alg);
      if (!ourOwn) return;
      test("ours verifies there, a forged one does not", async () => {
        const token = await sign(ourOwn, { sub: claims.sub, list: claims.list }, { issuer, audience });
        const pem = createPublicKey({ key: ourOwn.publicJwk, format: "jwk" });
        const verifying = { pem: pem.export({ format: "pem", type: "spki" }) };
        const payload = await peer(name).verify({ alg, token, issuer, audience, ...verifying });
        assert.deepEqual([payload.sub, payload.list], [claims.sub, claims.list]);
        const job = { alg, token: forged(token), issuer, audience, ...verifying };
        await assert.rejects(() => peer(name).verify(job), /signature|verification/i);
      });
    });
  }
}
