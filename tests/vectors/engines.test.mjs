// The same vectors on the runtime's own cryptography and on the second wasm module, asked as the package asks it: only for signatures whose form the core has
// accepted, and only with keys that it has. Each verdict must be the core's own, and so must that of the tables for ES256.
import assert from "node:assert/strict";
import { build } from "esbuild";
import * as crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DER, FILES } from "./files.mjs";
import { VectorKey, bytes, load } from "./load.mjs";

const source = fileURLToPath(new URL("../../pkg/src/edge/", import.meta.url));
const { outputFiles } = await build({
  stdin: {
    contents: `export { NodeEngine } from "./engine-node.ts"; export { WebEngine } from "./engine-web.ts";
      export { WasmEngine } from "./engine-wasm.ts"; export { lazySignatures } from "./signatures.ts";`,
    resolveDir: source,
    loader: "ts",
  },
  bundle: true,
  write: false,
  format: "esm",
});
const { NodeEngine, WebEngine, WasmEngine, lazySignatures } = await import(
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

/** As the core numbers them. */
const ALGORITHMS =
  "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 ML-DSA-44 ML-DSA-65 ML-DSA-87".split(
    " ",
  );

const artifact = fileURLToPath(new URL("../../pkg/wasm/signatures/signatures_bg.wasm", import.meta.url));
const signatures = lazySignatures(() => new WebAssembly.Module(readFileSync(artifact)));

/** The shipped module of all that the core leaves to others. */
class SecondModule extends WasmEngine {
  knows = (alg) => !/^HS/.test(alg);
}

const ENGINES = {
  "the second module": (core) => new SecondModule(signatures, core),
  "node:crypto": ({ publicKey }) => new NodeEngine(() => crypto, publicKey),
  WebCrypto: ({ publicKey }) => new WebEngine(crypto.webcrypto.subtle, publicKey),
};

for (const [engine, make] of Object.entries(ENGINES)) {
  for (const [file, alg, jwk] of [...FILES, ...DER].filter(([, , jwk]) => jwk)) {
    const knows = make({}).knows(alg);
    // ML-DSA nowhere, secp256k1 not in WebCrypto: the second module does them.
    if (!knows) continue;
    test(`${engine}: ${file}: ${alg}`, async (t) => {
      const ids = new Map();
      const keys = [];
      const judge = make({
        publicKey: (id) => keys[id].publicJwk(),
        publicNumbers: (id) => keys[id].publicNumbers(),
      });
      const found = { accepted: 0, refused: 0, "not asked": 0 };
      for (const { key, tcId, result, message, signature } of questions(file, jwk)) {
        if (!ids.has(key)) ids.set(key, keys.push(key) - 1);
        const ours = key.verify(alg, message, signature);
        if (!key.fits(alg, signature)) {
          assert.ok(!ours, `vector ${tcId} has no good form and is accepted`);
          found["not asked"] += 1;
          continue;
        }
        const from = { signed: () => ({ input: message, signature }) };
        const question = { algorithm: alg, index: ALGORITHMS.indexOf(alg), key: ids.get(key), from };
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

test("WebCrypto's bytes are each token's own, however late it reads them", async () => {
  // One that copies them late, or never settles: a real one does so when it pleases.
  const pending = [];
  const late = {
    importKey: async () => "key",
    verify(_, key, signature, input) {
      const [byte] = input;
      return new Promise((settle) =>
        pending.push(() => settle([...input, ...signature].every((each) => each === byte))),
      );
    },
  };
  const engine = new WebEngine(late, () => "{}");
  // As in the core: all tokens lie in the same place.
  const memory = new Uint8Array(20_064);
  const judge = (byte, length) => {
    memory.fill(byte);
    const from = {
      signed: () => ({ input: memory.subarray(0, length), signature: memory.subarray(length, length + 64) }),
    };
    return engine.judge({ algorithm: "ES256", index: 9, key: 1, from });
  };
  for (let round = 0; round < 20; round++) {
    const answers = Array.from({ length: 30 }, (_, i) =>
      judge(i + round, 1 + ((i * 977 + round * 131) % 20_000)),
    );
    while (pending.length < 30) await new Promise(setImmediate);
    // One of them is given up. The others are answered in another order, and while new ones come.
    const rest = pending.splice(0).slice(1);
    const more = [];
    for (const [i, answer] of rest.reverse().entries()) {
      answer();
      if (i % 3 === 0) more.push(judge(100 + i, 64 + i * 300));
      await new Promise(setImmediate);
    }
    for (const answer of pending.splice(0)) answer();
    assert.deepEqual(await Promise.all([...answers.slice(1), ...more]), Array(29 + more.length).fill(true));
  }
});

test("ES256 and EdDSA by tables: every vector as without", (t) => {
  let judged = 0;
  for (const [file, alg, jwk] of [...FILES, ...DER].filter(([, alg]) => /^(ES256|EdDSA)$/.test(alg))) {
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
