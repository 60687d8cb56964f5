// The provider as the peers meet it: public clients, which redeem the code in the page itself, with PKCE. Its paths are
// those that @auth0/auth0-spa-js expects.
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { MemoryAdapter } from "../../../www/provider/adapter.mjs";

/** What each peer is registered as. The application's page is its redirect URI, as their documentation has it. */
export const CLIENTS = ["localstorage", "auth0", "auth0-worker", "oidc-client"];

/** An OpenID provider at `stack.origins.public`. */
export async function publicProvider(stack) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const audience = `${stack.origins.api}/es256`;
  const resource = {
    scope: "read",
    audience,
    accessTokenFormat: "jwt",
    accessTokenTTL: 600,
    jwt: { sign: { alg: "RS256" } },
  };
  return new Provider(stack.origins.public, {
    adapter: MemoryAdapter,
    clients: CLIENTS.map((name) => ({
      client_id: name,
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: [`${stack.origins.peer}/${name}`],
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "1" }] },
    cookies: { keys: [stack.secrets[0]] },
    scopes: ["openid", "profile", "offline_access"],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    routes: { authorization: "/authorize", token: "/oauth/token" },
    clientBasedCORS: (_ctx, origin) => origin === stack.origins.peer,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, login) => ({ accountId: login, claims: () => ({ sub: login }) }),
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      });
      grant.addOIDCScope("openid profile offline_access");
      grant.addResourceScope(audience, "read");
      await grant.save();
      return grant;
    },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 600,
      Interaction: 600,
      Session: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      webMessageResponseMode: { enabled: true, ack: "individual-draft-01" },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resource,
      },
    },
  });
}
