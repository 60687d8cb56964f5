/** `strongroom/edge/small` on workerd. */
import * as workers from "cloudflare:workers";
import module from "./edge_bg.wasm";
import { bind } from "./edge/bind.ts";

export * from "./edge/public.ts";
export const { createVerifier, decode, inspect } = /* @__PURE__ */ bind({
  compile: () => module,
  // The runtime ends what a request began, unless told; this is the current request's own `waitUntil`.
  waitUntil: (work) => workers.waitUntil?.(work),
});
