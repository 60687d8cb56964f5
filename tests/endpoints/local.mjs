// Endpoints in this process, on Node, with the stack's provider: for what workerd gives no hold on.
import { createVerifier } from "strongroom/edge";
import { createEndpoints, oidc } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { fetchIn } from "./browser.mjs";

/** The in-page client's endpoints; `options` go over the configuration, `oidc` over the provider's, `fetch` leads to it. */
export function endpointsIn(stack, { fetch = fetchIn(stack), oidc: more = {}, ...options } = {}) {
  return createEndpoints({
    origins: [stack.origins.inpage],
    provider: oidc({
      issuer: stack.origins.id,
      clientId: stack.clients.inpage.id,
      clientSecret: stack.clients.inpage.secret,
      scope: "openid profile offline_access",
      resources: ["es256", "rs256"].map((name) => ({
        audience: `${stack.origins.api}/${name}`,
        scope: "read",
      })),
      backchannel: createVerifier,
      fetch,
      ...more,
    }),
    store: memoryStore({ quiet: true }),
    secrets: stack.secrets,
    timing: stack.timing,
    ...options,
  });
}
