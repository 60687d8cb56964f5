// express-openid-connect: the session is in an encrypted cookie, and a refresh asks the provider. Takes JSON: `port`, `issuer`.
// `/seed?refresh_token=` begins a session as its callback would.
import express from "express";
import openid from "express-openid-connect";
import { createServer } from "node:http";

const { port, issuer } = JSON.parse(process.argv[2]);
const app = express();
app.use(
  openid.auth({
    ...{
      issuerBaseURL: issuer,
      baseURL: `http://127.0.0.1:${port}`,
      clientID: "bench",
      clientSecret: "bench-secret",
    },
    ...{ secret: "a secret of the application, long enough", authRequired: false, idpLogout: false },
    authorizationParams: { response_type: "code", scope: "openid offline_access" },
  }),
);
/** Only read: it has been checked at the login. */
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = {
  iss: issuer,
  aud: "bench",
  sub: "user-1",
  name: "Ada",
  iat: 1,
  exp: 2,
  nonce: "x".repeat(22),
};
const idToken = [encode({ alg: "ES256", kid: "key" }), encode(claims), "x".repeat(86)].join(".");

app.get("/seed", (request, response) => {
  const { refresh_token } = request.query;
  const token = { access_token: "x".repeat(800), token_type: "Bearer", expires_at: 1, id_token: idToken };
  Object.assign(request.appSession, { ...token, refresh_token });
  response.json({});
});
app.post("/refresh", async (request, response) => {
  const { access_token, token_type, expires_in } = await request.oidc.accessToken.refresh();
  response.json({ access_token, token_type, expires_in });
});
const server = createServer(app);
server.keepAliveTimeout = 0;
server.listen(port, "127.0.0.1", () => console.log("ready"));
