// The API: what a team's own worker looks like. It verifies access tokens with `strongroom/edge` and never answers with
// one. Two audiences show two algorithms; each route accepts exactly one of them.
import { authenticate, createVerifier } from "strongroom/edge";

let routes;

export default {
  async fetch(request, env, context) {
    routes ??= routesOf(env.STACK.origins);
    const cors = corsOf(request, env.STACK.origins);
    if (request.method === "OPTIONS") return preflight(request, cors);
    const route = routes[`${request.method} ${new URL(request.url).pathname}`];
    const response = route ? await route(request, env, context) : notFound();
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(cors)) headers.set(name, value);
    return new Response(response.body, { status: response.status, headers });
  },
};

function routesOf({ api, id }) {
  const protect = (alg, handler) => {
    const verifier = createVerifier({
      issuer: id,
      audience: `${api}/${alg.toLowerCase()}`,
      algorithms: [alg],
      keys: { jwksUrl: `${id}/jwks` },
      type: "at+jwt",
      requiredScopes: ["read"],
    });
    return authenticate(verifier, handler);
  };
  return {
    "GET /v1/me": protect("ES256", me),
    "GET /v2/me": protect("RS256", me),
    "POST /v1/echo": protect("ES256", echo),
  };
}

function me(_request, { claims }) {
  const { sub, aud, exp } = claims;
  return answer(JSON.stringify({ subject: sub, audience: aud, expiresAt: exp }), "application/json");
}

function echo(request) {
  return answer(request.body, request.headers.get("content-type") ?? "application/octet-stream");
}

function answer(body, type) {
  return new Response(body, { headers: { "content-type": type, "cache-control": "no-store" } });
}

function notFound() {
  return new Response(null, { status: 404 });
}

/** Exact origins only, and a token in a header rather than a cookie: no credentials. */
function corsOf(request, { inpage, app, vault }) {
  const origin = request.headers.get("origin");
  const vary = { vary: "Origin", "x-content-type-options": "nosniff" };
  if (![inpage, app, vault].includes(origin)) return vary;
  return {
    ...vary,
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "WWW-Authenticate",
  };
}

function preflight(request, cors) {
  const allowed =
    "access-control-allow-origin" in cors && request.headers.has("access-control-request-method");
  const permissions = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-max-age": "600",
  };
  return new Response(null, { status: 204, headers: { ...cors, ...(allowed ? permissions : {}) } });
}
