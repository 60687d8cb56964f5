/** `strongroom/edge` on workerd: the runtime compiles the wasm at deployment; bytes are refused there. */
import * as workers from "cloudflare:workers";
import module from "./edge_bg.wasm";
import signatures from "./signatures_bg.wasm";
import { bind } from "./edge/bind.ts";
import { lazySignatures } from "./edge/signatures.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({
  compile: () => module,
  signatures: /* @__PURE__ */ lazySignatures(() => signatures),
  // The runtime ends what a request began, unless told; this is the current request's own `waitUntil`.
  waitUntil: (work) => workers.waitUntil?.(work),
});
