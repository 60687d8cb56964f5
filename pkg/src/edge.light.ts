/** `strongroom/edge` on Vercel's edge runtime: a compiled module, imported with its own suffix. */
import module from "./edge_bg.wasm?module";
import { bind } from "./edge/bind.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({ compile: () => module });
