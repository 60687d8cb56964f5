// One real OpenID provider for every contender: `oidc-provider` with the demo's login page. The vault's endpoints are a
// confidential client; the other SDKs are public clients in the browser, as they are meant to be.
import { exportJWK, generateKeyPair } from "jose";
import { randomBytes } from "node:crypto";
import Provider from "oidc-provider";
import { MemoryAdapter } from "../../www/provider/adapter.mjs";
import { interactions } from "../../www/provider/interactions.mjs";

const SCOPE = "openid profile offline_access";
const HOUR = 3600;

const signingKey = async (alg) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: alg };
};

/** Answers requests for the provider's host. `secret` is the endpoints'. */
export const createProvider = async ({ id, app, api }, secret) => {
  const client = (name, paths, rest) => ({
    client_id: name,
    redirect_uris: paths.map((path) => `${app}${path}`),
    token_endpoint_auth_method: "none",
    ...rest,
  });
  const confidential = { client_secret: secret, token_endpoint_auth_method: "client_secret_basic" };
  const provider = new Provider(id, {
    adapter: MemoryAdapter,
    clients: [
      client("strongroom", ["/auth/callback"], confidential),
      client("auth0", ["/"]),
      client("axa", ["/axa/callback", "/axa/silent"]),
    ],
    clientDefaults: { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] },
    // Where @auth0/auth0-spa-js looks for them.
    routes: { authorization: "/authorize", token: "/oauth/token" },
    jwks: { keys: await Promise.all(["ES256", "RS256"].map(signingKey)) },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    claims: { openid: ["sub"], profile: ["name"] },
    scopes: SCOPE.split(" "),
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    issueRefreshToken: async () => true,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, login) => ({ accountId: login, claims: () => ({ sub: login, name: login }) }),
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(SCOPE);
      grant.addResourceScope(api, "read");
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => api,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "read",
          audience: api,
          accessTokenFormat: "jwt",
          accessTokenTTL: HOUR,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    ttl: {
      AccessToken: HOUR,
      Grant: 24 * HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: 24 * HOUR,
      Session: 24 * HOUR,
    },
  });
  provider.on("server_error", (_ctx, error) => console.error(`provider: ${error.message}`));
  const pages = interactions(provider);
  const answer = provider.callback();
  return (request, response) =>
    request.url.startsWith("/interaction/") ? pages(request, response) : answer(request, response);
};
