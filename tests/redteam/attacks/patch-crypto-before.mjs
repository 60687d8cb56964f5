// A real attacker: comes first and hooks `crypto`, `WebAssembly`, blobs and streams: keys and random numbers become theirs, and
// bytes on their way into or out of an answer are read.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  before: (redteam) => {
    redteam.came = {};
    const spy = (owner, label, names) => {
      for (const name of names) {
        const own = owner?.[name];
        if (typeof own !== "function") continue;
        const hooked = function (...given) {
          redteam.came[label] = (redteam.came[label] ?? 0) + 1;
          for (const value of given) {
            const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer) : value;
            const text = bytes instanceof Uint8Array ? String.fromCharCode(...bytes.subarray(0, 4000)) : "";
            if (text.length > 30) redteam.loot([label, name, text]);
          }
          return own.apply(this, given);
        };
        Object.defineProperty(owner, name, { value: hooked, configurable: true, writable: true });
      }
    };
    crypto.getRandomValues = (bytes) => {
      redteam.came.random = (redteam.came.random ?? 0) + 1;
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).fill(7) && bytes;
    };
    crypto.randomUUID = () => "00000000-0000-4000-8000-000000000000";
    spy(SubtleCrypto.prototype, "subtle", [
      "digest",
      "sign",
      "importKey",
      "exportKey",
      "generateKey",
      "encrypt",
    ]);
    spy(WebAssembly, "wasm", ["instantiate", "instantiateStreaming", "compile", "compileStreaming"]);
    spy(Blob.prototype, "blob", ["text", "arrayBuffer", "stream", "slice"]);
    spy(ReadableStream.prototype, "stream", ["getReader", "pipeTo", "pipeThrough", "tee"]);
    spy(ReadableStreamDefaultController.prototype, "stream", ["enqueue"]);
    spy(TextEncoder.prototype, "text", ["encodeInto"]);
    spy(globalThis, "clone", ["structuredClone", "atob", "btoa", "queueMicrotask"]);
    spy(FormData.prototype, "form", ["append", "set"]);
    spy(globalThis.Atomics, "atomics", ["load", "store", "wait", "notify"]);
  },
  after: async (_, redteam) => {
    const { app } = globalThis;
    const response = await app.call("/v1/echo", { method: "POST", body: new Blob(["x".repeat(100)]) });
    await response.arrayBuffer();
    await app.call("/v1/me").then((response) => response.blob());
    const before = { ...redteam.came };
    await crypto.subtle.digest("SHA-256", new Uint8Array(40));
    const [predicted] = crypto.getRandomValues(new Uint8Array(1));
    return { status: response.status, before, predicted, caught: redteam.came.subtle > (before.subtle ?? 0) };
  },
  reached: ({ brought }) => brought.status === 200 && brought.predicted === 7 && brought.caught,
};
