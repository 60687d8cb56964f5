// The provider's configuration: what a careful provider does, so that the endpoints meet it. Refresh tokens rotate and
// a second use of one ends the grant; PKCE is required; access tokens are JWTs for one resource, signed as it asks.
import { exportJWK, generateKeyPair } from "jose";
import { randomBytes } from "node:crypto";
import Provider, { errors } from "oidc-provider";
import { MemoryAdapter } from "./adapter.mjs";
import { fetchTo } from "./outgoing.mjs";
import { page, signOutPage } from "./pages.mjs";

const DAY = 24 * 60 * 60;
const SCOPE = "openid profile offline_access";

/** A provider as `stack` describes it. */
export async function createProvider(stack) {
  const resources = new Map(
    ["ES256", "RS256"].map((alg) => [
      `${stack.origins.api}/${alg.toLowerCase()}`,
      { alg, scope: "read write" },
    ]),
  );
  const provider = new Provider(stack.origins.id, {
    adapter: MemoryAdapter,
    clients: clients(stack),
    clientDefaults: { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] },
    jwks: { keys: await Promise.all([signingKey("ES256"), signingKey("RS256")]) },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
    scopes: SCOPE.split(" "),
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, login) => ({
      accountId: login,
      claims: () => ({ sub: login, name: login, preferred_username: login }),
    }),
    loadExistingGrant: (ctx) => grantAll(ctx, resources),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = signOutPage(form);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = page("Signed out", "<p>You are signed out.</p>");
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => (Array.isArray(oneOf) ? oneOf[0] : oneOf),
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, indicator) => {
          const resource = resources.get(indicator);
          if (!resource) throw new errors.InvalidTarget();
          return {
            scope: resource.scope,
            audience: indicator,
            accessTokenFormat: "jwt",
            accessTokenTTL: stack.accessTokenSeconds,
            jwt: { sign: { alg: resource.alg } },
          };
        },
      },
    },
    ttl: {
      AuthorizationCode: 60,
      Grant: 30 * DAY,
      IdToken: 60 * 60,
      Interaction: 60 * 60,
      RefreshToken: 14 * DAY,
      Session: 14 * DAY,
    },
    fetch: fetchTo(stack),
    renderError: (ctx, { error }) => {
      ctx.body = page("This did not work", `<p>The provider refused: <code>${error}</code>.</p>`);
    },
  });
  provider.on("server_error", (_ctx, error) => console.error(`provider: ${error.name}`));
  return provider;
}

function clients({ clients: { inpage, isolated }, origins }) {
  const client = ({ id, secret }, endpoints, app) => ({
    client_id: id,
    client_secret: secret,
    redirect_uris: [`${endpoints}/auth/callback`],
    post_logout_redirect_uris: [`${app}/`],
    backchannel_logout_uri: `${endpoints}/auth/backchannel`,
    backchannel_logout_session_required: true,
    token_endpoint_auth_method: "client_secret_basic",
  });
  return [client(inpage, origins.inpage, origins.inpage), client(isolated, origins.vault, origins.app)];
}

/** The clients are the demo's own: nobody is asked for consent. Each login gets a grant of its own. */
async function grantAll(ctx, resources) {
  const { client, session } = ctx.oidc;
  const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPE);
  for (const [indicator, { scope }] of resources) grant.addResourceScope(indicator, scope);
  await grant.save();
  return grant;
}

async function signingKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: `${alg}-1` };
}
