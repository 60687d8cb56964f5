/** `strongroom/edge` on Node, Deno, Bun and browsers: the wasm is inside the bundle and compiled on first use. */
import base64 from "../wasm/edge/edge_bg.wasm?base64";
import signatures from "../wasm/signatures/signatures_bg.wasm?base64";
import { decodeBase64 } from "./edge/base64.ts";
import { bind } from "./edge/bind.ts";
import { lazySignatures } from "./edge/signatures.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({
  compile: () => new WebAssembly.Module(decodeBase64(base64)),
  signatures: /* @__PURE__ */ lazySignatures(() => new WebAssembly.Module(decodeBase64(signatures))),
});
