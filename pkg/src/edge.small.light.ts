/** `strongroom/edge/small` on Vercel's edge runtime. */
import module from "./edge_bg.wasm?module";
import { bind } from "./edge/bind.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({ compile: () => module });
