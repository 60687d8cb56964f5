// What is looked at before it is needed. On workerd the first look at `process`, and `node:crypto` behind it, take longer than all else of a
// first token.
import assert from "node:assert/strict";
import test from "node:test";
import { createVerifier } from "strongroom/edge";
import { createVerifier as createSmall } from "strongroom/edge/small";
import { generateKeyPair, sign } from "strongroom/keys";

const issuer = "https://issuer.example";
const audience = "https://api.example";
const key = await generateKeyPair("ES256");
const keys = { jwks: { keys: [key.publicJwk] } };
const options = { issuer, audience, algorithms: ["ES256", "RS256", "EdDSA", "HS256", "ML-DSA-44"], keys };

/** Runs as what calls itself by that name; gives how often `process` and its modules were looked at. */
async function seen(t, userAgent, run) {
  const { process: real } = globalThis;
  const counts = { process: 0, modules: 0 };
  const names = ["navigator", "process"];
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  t.mock.method(real, "getBuiltinModule", () => {
    counts.modules++;
    return undefined;
  });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { userAgent } });
  Object.defineProperty(globalThis, "process", { configurable: true, get: () => (counts.process++, real) });
  try {
    await run();
  } finally {
    names.forEach((name, i) => {
      if (before[i]) Object.defineProperty(globalThis, name, before[i]);
      else delete globalThis[name];
    });
  }
  return counts;
}

for (const [name, create] of [
  ["strongroom/edge", createVerifier],
  ["strongroom/edge/small", createSmall],
]) {
  test(`${name} verifies on workerd without a look at what Node has`, async (t) => {
    const token = await sign(key, { sub: "ada" }, { issuer, audience });
    const verifier = create(options);
    const awaited = await seen(t, "Cloudflare-Workers", async () => {
      await verifier.ready;
      assert.equal((await verifier.verify(token)).claims.sub, "ada");
      await assert.rejects(verifier.verify(`${token.slice(0, -4)}AAAA`), { code: "signature_invalid" });
    });
    assert.deepEqual(awaited, { process: 0, modules: 0 });
  });
}

test("verifySync asks for node:crypto, once", async (t) => {
  const token = await sign(key, { sub: "ada" }, { issuer, audience });
  const verifier = createVerifier({ ...options, cache: false });
  const { modules } = await seen(t, "Cloudflare-Workers", () => {
    for (let i = 0; i < 3; i++) assert.equal(verifier.verifySync(token).claims.sub, "ada");
  });
  assert.equal(modules, 1);
});
