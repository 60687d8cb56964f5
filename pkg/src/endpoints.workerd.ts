/** `strongroom/endpoints` on workerd, where wasm is imported as a compiled module. */
import * as workers from "cloudflare:workers";
import * as glue from "../wasm/session/session_bg.js";
import module from "./session_bg.wasm";
import { endpointsWith } from "./endpoints/create.ts";
import { attach } from "./endpoints/glue.ts";

export * from "./endpoints/public.ts";

/**
 * The endpoints of one application: login, callback, refresh, session, logout. Configuration is read on the first
 * request, so that a worker may call this at module scope.
 *
 * @example
 * ```ts
 * import { createEndpoints, oidc } from "strongroom/endpoints";
 * import { memoryStore } from "strongroom/stores/memory";
 *
 * const auth = createEndpoints((env: { SECRET: string; CLIENT_SECRET: string }) => ({
 *   origins: ["https://app.example.com"],
 *   provider: oidc({
 *     issuer: "https://id.example.com",
 *     clientId: "app",
 *     clientSecret: env.CLIENT_SECRET,
 *     resources: [{ audience: "https://api.example.com", scope: "orders.read" }],
 *   }),
 *   store: memoryStore(),
 *   secrets: [env.SECRET],
 * }));
 * export default { fetch: auth.fetch };
 * ```
 */
export const createEndpoints = endpointsWith(
  () => attach(glue, module),
  (work) => workers.waitUntil?.(work),
);
