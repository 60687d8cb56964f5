/**
 * `strongroom/edge/small`: the same without the second wasm module, for what the runtime's own cryptography verifies, and HMAC. Any
 * other algorithm is `config_invalid` with its first token.
 */
import base64 from "../wasm/edge/edge_bg.wasm?base64";
import { decodeBase64 } from "./edge/base64.ts";
import { bind } from "./edge/bind.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({
  compile: () => new WebAssembly.Module(decodeBase64(base64)),
});
