/** `strongroom/edge` on workerd: the runtime compiles the wasm at deployment; bytes are refused there. */
import module from "./edge_bg.wasm";
import { bind } from "./edge/bind.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({ compile: () => module });
