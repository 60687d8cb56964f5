// Native engines that answer oddly, or fail once.
import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import test from "node:test";
import { createVerifier } from "strongroom/edge";
import { createVerifier as createSmall } from "strongroom/edge/small";
import { generateKeyPair, sign } from "strongroom/keys";

const issuer = "https://issuer.example";
const audience = "https://api.example";

/** A verifier, a good token, and one whose signature is another's, by an algorithm that the small core leaves to others. */
async function rs256(create) {
  const key = await generateKeyPair("RS256");
  const options = { issuer, audience, algorithms: ["RS256"], keys: { jwks: { keys: [key.publicJwk] } } };
  const good = await sign(key, { sub: "ada" }, { issuer, audience });
  const other = await sign(await generateKeyPair("RS256"), { sub: "ada" }, { issuer, audience });
  const forged = good.slice(0, good.lastIndexOf(".")) + other.slice(other.lastIndexOf("."));
  return { verifier: create({ ...options, cache: false }), good, forged };
}

const codeOf = async (run) => {
  try {
    await run();
    return "accepted";
  } catch ({ code }) {
    return code;
  }
};

for (const answer of [null, 0, 1, "", "no", {}, Promise.resolve(true)]) {
  test(`an engine that answers ${answer === "" ? "nothing" : String(answer)} has not said yes`, async (t) => {
    t.mock.method(process, "getBuiltinModule", () => ({ ...crypto, verify: () => answer }));
    const { verifier, forged } = await rs256(createVerifier);
    assert.equal(await codeOf(() => verifier.verifySync(forged)), "signature_invalid");
    assert.equal(await codeOf(() => verifier.verify(forged)), "signature_invalid");
  });
}

test("an engine that fails once is asked again", async (t) => {
  let failures = 1;
  const verify = (...args) => {
    if (failures-- > 0) throw new Error("out of something");
    return crypto.verify(...args);
  };
  t.mock.method(process, "getBuiltinModule", () => ({ ...crypto, verify }));
  const { verifier, good, forged } = await rs256(createSmall);
  assert.notEqual(await codeOf(() => verifier.verify(good)), "accepted", "nobody else can tell");
  assert.equal(await codeOf(() => verifier.verify(good)), "accepted");
  assert.equal(await codeOf(() => verifier.verify(forged)), "signature_invalid");
});

test("so is WebCrypto", async (t) => {
  t.mock.method(process, "getBuiltinModule", () => undefined);
  const subtle = globalThis.crypto.subtle;
  for (const method of ["importKey", "verify"]) {
    const { verifier, good } = await rs256(createSmall);
    const real = subtle[method].bind(subtle);
    const { mock } = t.mock.method(subtle, method, async (...args) => {
      if (mock.callCount() === 0) throw new DOMException("no", "OperationError");
      return real(...args);
    });
    assert.notEqual(await codeOf(() => verifier.verify(good)), "accepted", `${method}: nobody else can tell`);
    assert.equal(await codeOf(() => verifier.verify(good)), "accepted", method);
  }
});

test("verify never throws: whatever is wrong comes by its promise", async () => {
  const { verifier, good } = await rs256(createVerifier);
  const noClock = createVerifier({
    ...{ issuer, audience, algorithms: ["HS256"], now: () => Number.NaN },
    keys: { secrets: [{ kid: "k", secret: "0123456789abcdef0123456789abcdef" }] },
  });
  for (const [of, input, code] of [
    [verifier, undefined, "invalid_request"],
    [verifier, { headers: {} }, "token_missing"],
    [verifier, `${good}.`, "token_malformed"],
    [noClock, good, "config_invalid"],
  ]) {
    const answer = of.verify(input);
    assert.ok(answer instanceof Promise, code);
    assert.equal(await codeOf(() => answer), code);
  }
});
