/** `strongroom/endpoints`: the HttpOnly-cookie endpoints, as plain `Request → Response`. Runs on Node, Deno and Bun. */
import * as glue from "../wasm/session/session_bg.js";
import base64 from "../wasm/session/session_bg.wasm?base64";
import { endpointsWith } from "./endpoints/create.ts";
import { fromBase64 } from "./endpoints/encoding.ts";
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
export const createEndpoints = endpointsWith(() => attach(glue, new WebAssembly.Module(fromBase64(base64))));
