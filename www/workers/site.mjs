// The site: three hosts of one workerd. `inpage.` serves the app and its endpoints; `app.` serves the app alone;
// `vault.` serves the isolated vault's page and its endpoints.
import { createVerifier } from "strongroom/edge";
import { createEndpoints, oidc } from "strongroom/endpoints";
import { durableObjectStore } from "strongroom/stores/durable-object";
import { asset } from "./assets.mjs";
import { configOf } from "./config.mjs";
import { withHeaders } from "./headers.mjs";

export { StrongroomSessions } from "strongroom/stores/durable-object";

const inpage = createEndpoints((env) => endpoints(env, "inpage", { origins: [env.STACK.origins.inpage] }));
const isolated = createEndpoints((env) =>
  endpoints(env, "isolated", { origins: [env.STACK.origins.vault], apps: [env.STACK.origins.app] }),
);

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const host = ["inpage", "app", "vault"].find(
      (name) => url.host === new URL(env.STACK.origins[name]).host,
    );
    if (!host) return new Response("no such host", { status: 421 });
    return withHeaders(await respond(request, env, context, url, host), host, env.STACK.origins);
  },
};

async function respond(request, env, context, url, host) {
  if (url.pathname.startsWith("/auth/") && host !== "app") {
    return (host === "vault" ? isolated : inpage).fetch(request, env, context);
  }
  if (url.pathname === "/config.json") {
    return Response.json(configOf(env.STACK, host), { headers: { "cache-control": "no-store" } });
  }
  return asset(request, url, host === "vault" ? env.VAULT_FILES : env.APP_FILES, host !== "vault");
}

function endpoints({ STACK, SECRETS, CLIENTS, SESSIONS }, client, { origins, apps }) {
  const { api, id } = STACK.origins;
  return {
    origins,
    ...(apps ? { apps } : {}),
    provider: oidc({
      issuer: id,
      clientId: CLIENTS[client].id,
      clientSecret: CLIENTS[client].secret,
      scope: "openid profile offline_access",
      resources: [
        { audience: `${api}/es256`, scope: "read" },
        { audience: `${api}/rs256`, scope: "read" },
      ],
      backchannel: createVerifier,
      // A stack for tests does not wait as long as a person would.
      ...(STACK.timing ? { timeoutSeconds: 5 } : {}),
    }),
    store: durableObjectStore(SESSIONS),
    secrets: SECRETS,
    ...(STACK.timing ? { timing: STACK.timing } : {}),
  };
}
