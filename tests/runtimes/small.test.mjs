// `strongroom/edge/small`: what it verifies, and what it says of the rest. All else is the same code as `strongroom/edge`.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import * as full from "strongroom/edge";
import * as small from "strongroom/edge/small";

const claims = { iss: "https://issuer.example", aud: "https://api.example", sub: "user-1" };
const segment = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function issue(alg, signer) {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const input = `${segment({ alg, kid: "k" })}.${segment({ ...claims, exp })}`;
  return `${input}.${signer(Buffer.from(input)).toString("base64url")}`;
}

const options = (alg, keys, engine) => ({
  ...{ issuer: claims.iss, audience: claims.aud, algorithms: [alg], keys, cache: false },
  ...(engine && { engine }),
});

const ec = (namedCurve, hash) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  const signer = (input) => sign(hash, input, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return { signer, keys: { jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] } } };
};
const ed25519 = () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] };
  return { signer: (input) => sign(null, input, privateKey), keys: { jwks } };
};
const rsa = () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] };
  return { signer: (input) => sign("sha256", input, privateKey), keys: { jwks } };
};

// Of Ed25519 too, where the second module would be faster and is not there.
for (const [alg, make] of [
  ["RS256", rsa],
  ["EdDSA", ed25519],
])
  test(`both verify what the runtime's own cryptography verifies: ${alg}`, async () => {
    const { signer, keys } = make();
    const token = issue(alg, signer);
    const forged = issue(alg, make().signer);
    for (const { createVerifier } of [small, full]) {
      const verifier = createVerifier(options(alg, keys));
      assert.equal((await verifier.verify(token)).claims.sub, "user-1");
      assert.equal(verifier.verifySync(token).claims.sub, "user-1");
      await assert.rejects(verifier.verify(forged), { code: "signature_invalid" });
      assert.throws(() => verifier.verifySync(forged), { code: "signature_invalid" });
    }
  });

test("both verify HMAC in wasm", async () => {
  const secret = Buffer.alloc(32, 7);
  const hmac = (input) => createHmac("sha256", secret).update(input).digest();
  for (const { createVerifier } of [small, full]) {
    const bySecret = createVerifier(options("HS256", { secrets: [{ kid: "k", secret }] }, "wasm"));
    assert.equal((await bySecret.verify(issue("HS256", hmac))).claims.sub, "user-1");
    assert.equal(bySecret.verifySync(issue("HS256", hmac)).claims.sub, "user-1");
  }
});

test("where wasm would be faster the small one takes what is there", async (t) => {
  const { signer, keys } = ec("P-256", "sha256");
  globalThis.Deno = {};
  t.after(() => delete globalThis.Deno);
  for (const { createVerifier } of [small, full]) {
    const verifier = createVerifier(options("ES256", keys));
    assert.equal((await verifier.verify(issue("ES256", signer))).claims.sub, "user-1");
    assert.equal(verifier.verifySync(issue("ES256", signer)).claims.sub, "user-1");
  }
});

test("with WebCrypto alone nothing is verified at once but HMAC", async (t) => {
  t.mock.method(process, "getBuiltinModule", () => undefined);
  const { signer, keys } = ec("P-256", "sha256");
  const verifier = small.createVerifier(options("ES256", keys));
  assert.equal((await verifier.verify(issue("ES256", signer))).claims.sub, "user-1");
  assert.throws(() => verifier.verifySync(issue("ES256", signer)), { code: "config_invalid" });
  const other = full.createVerifier(options("ES256", keys));
  assert.equal(other.verifySync(issue("ES256", signer)).claims.sub, "user-1");
});

test("what nothing verifies there is a mistake in the program, and no verdict", async () => {
  for (const [alg, { signer, keys }, engine] of [
    ["RS256", rsa(), "wasm"],
    ["ES256", ec("P-256", "sha256"), "wasm"],
    ["ES384", ec("P-384", "sha384"), "wasm"],
    ["ES256K", ec("secp256k1", "sha256"), undefined],
  ]) {
    const token = issue(alg, signer);
    const verifier = small.createVerifier(options(alg, keys, engine));
    await assert.rejects(verifier.verify(token), { code: "config_invalid" }, alg);
    assert.throws(() => verifier.verifySync(token), { code: "config_invalid" }, alg);
    await assert.rejects(small.inspect(token, verifier), { code: "config_invalid" }, alg);
    // The other module does it.
    const other = full.createVerifier(options(alg, keys, engine));
    assert.equal(other.verifySync(token).claims.sub, "user-1", alg);
    assert.equal((await other.verify(token)).claims.sub, "user-1", alg);
    assert.deepEqual((await full.inspect(token, other)).problems, [], alg);
    const forged = issue(alg, signer).replace(/.{40}$/, "A".repeat(40));
    await assert.rejects(other.verify(forged), { code: "signature_invalid" }, alg);
    assert.throws(() => other.verifySync(forged), { code: "signature_invalid" }, alg);
    const { problems } = await full.inspect(forged, other);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["signature_invalid"],
      alg,
    );
  }
});

test("a refusal is the same class from both", () => {
  assert.equal(small.TokenError, full.TokenError);
});
