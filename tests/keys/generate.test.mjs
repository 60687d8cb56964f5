// Making a key where the engine's own making fails now and then.
import assert from "node:assert/strict";
import test from "node:test";
import { generateKeyPair } from "strongroom/keys";

/** Lets WebCrypto fail to make a key so many times, with an error of that name; gives the count of calls. */
function failing(t, times, name) {
  const generate = crypto.subtle.generateKey.bind(crypto.subtle);
  const { mock } = t.mock.method(crypto.subtle, "generateKey", async (...args) => {
    if (mock.callCount() < times) throw new DOMException("no", name);
    return generate(...args);
  });
  return () => mock.callCount();
}

test("an engine that fails to make one key is asked for another", async (t) => {
  const calls = failing(t, 3, "OperationError");
  assert.equal((await generateKeyPair("EdDSA")).publicJwk.crv, "Ed25519");
  assert.equal(calls(), 4);
});

test("one that never makes any is not asked for ever", async (t) => {
  const calls = failing(t, Number.POSITIVE_INFINITY, "OperationError");
  await assert.rejects(generateKeyPair("EdDSA"), { name: "OperationError" });
  assert.equal(calls(), 8);
});

test("one that does not know the algorithm is asked once", async (t) => {
  const calls = failing(t, Number.POSITIVE_INFINITY, "NotSupportedError");
  await assert.rejects(generateKeyPair("EdDSA"), { name: "NotSupportedError" });
  assert.equal(calls(), 1);
});
