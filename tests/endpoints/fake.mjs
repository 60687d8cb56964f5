// An OpenID provider in this process that can be told to hang, to fail and to say odd things.
import { SignJWT, exportJWK, generateKeyPair } from "jose";

export const ID = "https://id.example.com";

/** `metadata` goes over its own. `hanging` and `failing` hold paths, `answer(form)` may give a refusal of `/token`. */
export async function fakeProvider({ metadata = {}, answer } = {}) {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const key = { ...(await exportJWK(publicKey)), kid: "key", alg: "ES256", use: "sig" };
  const [codes, grants] = [new Map(), new Map()];
  const provider = { hanging: new Set(), failing: new Set(), asked: [], answer, authorize, fetch: respond };
  let count = 0;

  /** What the browser is sent back to once the user has signed in. */
  function authorize(location, subject) {
    const query = new URL(location).searchParams;
    const code = `code-${++count}`;
    codes.set(code, { subject, nonce: query.get("nonce"), scope: query.get("scope") });
    const back = new URLSearchParams({ code, state: query.get("state"), iss: ID });
    return `${query.get("redirect_uri")}?${back}`;
  }

  async function respond(url, { body, signal } = {}) {
    const { pathname } = new URL(url);
    const form = new URLSearchParams(body?.toString());
    provider.asked.push({ pathname, form });
    if (provider.hanging.has(pathname))
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    if (provider.failing.has(pathname)) return new Response(null, { status: 503 });
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({
          issuer: ID,
          ...{
            authorization_endpoint: `${ID}/authorize`,
            token_endpoint: `${ID}/token`,
            jwks_uri: `${ID}/jwks`,
          },
          end_session_endpoint: `${ID}/end`,
          id_token_signing_alg_values_supported: ["ES256"],
          authorization_response_iss_parameter_supported: true,
          ...metadata,
        });
      case "/jwks":
        return Response.json({ keys: [key] });
      case "/token": {
        const refused = provider.answer?.(form);
        return refused ? Response.json(refused, { status: 400 }) : token(form);
      }
      default:
        return new Response(null, { status: 404 });
    }
  }

  async function token(form) {
    const grant =
      form.get("grant_type") === "refresh_token"
        ? { ...grants.get(form.get("refresh_token")), scope: form.get("scope"), nonce: undefined }
        : codes.get(form.get("code"));
    const refresh = `refresh-${++count}`;
    grants.delete(form.get("refresh_token"));
    grants.set(refresh, grant);
    const idToken = await new SignJWT({ nonce: grant.nonce })
      .setProtectedHeader({ alg: "ES256", kid: "key" })
      .setIssuer(ID)
      .setAudience("app")
      .setSubject(grant.subject)
      .setIssuedAt()
      .setExpirationTime("5 minutes")
      .sign(privateKey);
    return Response.json({
      ...{ access_token: `access-${++count}`, token_type: "Bearer", expires_in: 600, scope: grant.scope },
      ...{ refresh_token: refresh, id_token: idToken },
    });
  }

  return provider;
}
