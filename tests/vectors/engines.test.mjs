// The same vectors on the runtime's own cryptography, asked as the package asks it: only for signatures whose form the core has
// accepted, and only with keys that it has. Each verdict must be the core's own, and so must that of the tables for ES256.
import assert from "node:assert/strict";
import { build } from "esbuild";
import * as crypto from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DER, FILES } from "./files.mjs";
import { VectorKey, bytes, load } from "./load.mjs";

const source = fileURLToPath(new URL("../../pkg/src/edge/", import.meta.url));
const { outputFiles } = await build({
  stdin: {
    contents: 'export { NodeEngine } from "./engine-node.ts"; export { WebEngine } from "./engine-web.ts";',
    resolveDir: source,
    loader: "ts",
  },
  bundle: true,
  write: false,
  format: "esm",
});
const { NodeEngine, WebEngine } = await import(
  `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);

/** Every asymmetric key and what is to be judged with it. */
function* questions(file, jwk) {
  for (const group of load(file).testGroups) {
    let key;
    try {
      key = VectorKey.fromJwk(JSON.stringify(jwk(group)));
    } catch {
      continue; // refused by policy: counted in the other suite
    }
    for (const { tcId, msg, sig, result, ctx } of group.tests) {
      if (!ctx) yield { key, tcId, result, message: bytes(msg), signature: bytes(sig) };
    }
  }
}

const ENGINES = {
  "node:crypto": (publicKeys) => new NodeEngine(crypto, publicKeys),
  WebCrypto: (publicKeys) => new WebEngine(crypto.webcrypto.subtle, publicKeys),
};

for (const [engine, make] of Object.entries(ENGINES)) {
  for (const [file, alg, jwk] of [...FILES, ...DER].filter(([, , jwk]) => jwk)) {
    const knows = make(() => undefined).knows(alg);
    // ML-DSA nowhere, secp256k1 not in WebCrypto: the core does them.
    if (!knows) continue;
    test(`${engine}: ${file}: ${alg}`, async (t) => {
      const ids = new Map();
      const keys = [];
      const judge = make((id) => keys[id].publicJwk());
      const found = { accepted: 0, refused: 0, "not asked": 0 };
      for (const { key, tcId, result, message, signature } of questions(file, jwk)) {
        if (!ids.has(key)) ids.set(key, keys.push(key) - 1);
        const ours = key.verify(alg, message, signature);
        if (!key.fits(alg, signature)) {
          assert.ok(!ours, `vector ${tcId} has no good form and is accepted`);
          found["not asked"] += 1;
          continue;
        }
        const question = { algorithm: alg, key: ids.get(key), input: message, signature };
        const theirs = await judge.judge(question);
        assert.equal(theirs, ours, `vector ${tcId}, which is ${result}`);
        found[theirs ? "accepted" : "refused"] += 1;
      }
      t.diagnostic(
        Object.entries(found)
          .map(([what, times]) => `${what} ${times}`)
          .join(", "),
      );
      assert.ok(keys.length > 0 && found.accepted + found["not asked"] > 0);
    });
  }
}

test("ES256 by tables: every vector as without", (t) => {
  let judged = 0;
  for (const [file, alg, jwk] of [...FILES, ...DER].filter(([, alg]) => alg === "ES256")) {
    const built = new Set();
    const before = [...questions(file, jwk)].map(({ key, message, signature }) =>
      key.verify(alg, message, signature),
    );
    let at = 0;
    for (const { key, tcId, message, signature } of questions(file, jwk)) {
      if (!built.has(key)) key.precompute();
      built.add(key);
      assert.equal(key.verify(alg, message, signature), before[at++], `vector ${tcId}`);
      judged += 1;
    }
  }
  t.diagnostic(`${judged} judged by tables`);
  assert.ok(judged > 500);
});
