// Run by start.mjs: what a verifier holds once it is warm. The wasm's memory is seen by standing in front of its instances.
import { createVerifier } from "strongroom/edge";
import { AUDIENCE, ISSUER, makeCase } from "./workload.mjs";

const memories = [];
const Instance = WebAssembly.Instance;
WebAssembly.Instance = function (...args) {
  const instance = new Instance(...args);
  memories.push(instance.exports.memory);
  return instance;
};

const { jwks, tokens } = makeCase("ES256", 550, 1001);
const used = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
const before = used();
const keys = { jwks };
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: ["ES256"],
  keys,
  engine: "wasm",
});
// Strings of their own, as requests bring them: those that are remembered count.
const decoder = new TextDecoder();
for (const token of tokens) verifier.verifySync(decoder.decode(Buffer.from(token)));
const javascript = used() - before;
verifier.verifySync(tokens[0]);
const wasm = memories.reduce((bytes, memory) => bytes + memory.buffer.byteLength, 0);
console.log(JSON.stringify({ javascript: Math.round(javascript / 1024), wasm: Math.round(wasm / 1024) }));
