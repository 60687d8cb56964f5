/** `strongroom/edge` on Vercel's edge runtime: compiled modules, imported with their own suffix. */
import module from "./edge_bg.wasm?module";
import signatures from "./signatures_bg.wasm?module";
import { bind } from "./edge/bind.ts";
import { lazySignatures } from "./edge/signatures.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({
  compile: () => module,
  signatures: /* @__PURE__ */ lazySignatures(() => signatures),
});
