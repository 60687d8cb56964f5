// oidc-provider with what a refresh needs and no more: rotation on, JWT access tokens signed with ES256, all in memory. Takes JSON: `port`.
// `/mint?count=` gives refresh tokens as a login would have.
import { exportJWK, generateKeyPair } from "jose";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { MemoryAdapter } from "../../../www/provider/adapter.mjs";

const { port } = JSON.parse(process.argv[2]);
const API = "https://api.example.com";
const SCOPE = "offline_access";
const { privateKey } = await generateKeyPair("ES256", { extractable: true });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: MemoryAdapter,
  clients: [
    {
      ...{ client_id: "bench", client_secret: "bench-secret", redirect_uris: ["http://127.0.0.1/callback"] },
      ...{ grant_types: ["authorization_code", "refresh_token"], id_token_signed_response_alg: "ES256" },
    },
  ],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: "key" }] },
  scopes: [SCOPE],
  rotateRefreshToken: true,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        ...{ scope: "read", audience: API, accessTokenFormat: "jwt", accessTokenTTL: 600 },
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  ttl: { RefreshToken: 86_400, Grant: 86_400 },
});
provider.on("server_error", (_, error) => console.error(error));

async function mint(number) {
  const [client, accountId] = [await provider.Client.find("bench"), `user-${number}`];
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope(SCOPE);
  grant.addResourceScope(API, "read");
  const granted = { accountId, client, grantId: await grant.save(), gty: "authorization_code" };
  return new provider.RefreshToken({ ...granted, scope: `${SCOPE} read`, resource: API }).save();
}

const answer = provider.callback();
const server = createServer(async (request, response) => {
  const url = new URL(request.url, provider.issuer);
  if (url.pathname !== "/mint") return answer(request, response);
  const numbers = Array.from({ length: Number(url.searchParams.get("count")) }, (_, at) => at);
  response.end(JSON.stringify(await Promise.all(numbers.map(mint))));
});
server.keepAliveTimeout = 0;
server.listen(port, "127.0.0.1", () => console.log("ready"));
