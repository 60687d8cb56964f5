// The middleware inside the real frameworks: what gets through, what is answered, and what a handler sees.
import assert from "node:assert/strict";
import { createServer, request as ask } from "node:http";
import { describe, test } from "node:test";
import express from "express";
import { Hono } from "hono";
import { authenticate, createVerifier, honoMiddleware, nodeMiddleware, verifiedOf } from "strongroom/edge";
import { generateKeyPair, sign } from "strongroom/keys";

const issuer = "https://issuer.example";
const audience = "https://api.example";
const key = await generateKeyPair("ES256");
const keys = { jwks: { keys: [key.publicJwk] } };
const verifier = createVerifier({ issuer, audience, algorithms: ["ES256"], requiredScopes: ["read"], keys });
const challenge = {
  realm: "api",
  resourceMetadata: "https://api.example/.well-known/oauth-protected-resource",
};
const tokenFor = (claims) => sign(key, { sub: "user-1", scope: "read", ...claims }, { issuer, audience });
const good = await tokenFor({});
const [head, payload] = good.split(".");
const forged = `${head}.${payload}.${"A".repeat(86)}`;

/** A server on a port of its own for as long as `use` lasts. */
async function serving(handler, use) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    await new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  }
}

/** Each: a way to send a request to a handler that answers with the token's subject. `broken` has a verifier without a clock. */
const FRAMEWORKS = {
  async "Node's http"(use, own) {
    const protect = nodeMiddleware(own, challenge);
    const handler = (request, response) =>
      protect(request, response, (error) => {
        response.statusCode = error ? 500 : 200;
        response.end(error ? "" : JSON.stringify({ sub: verifiedOf(request).claims.sub }));
      });
    await serving(handler, (origin) => use((init) => fetch(`${origin}/me`, init)));
  },
  async Express(use, own) {
    const app = express();
    app.use("/me", nodeMiddleware(own, challenge));
    app.get("/me", (request, response) => response.json({ sub: verifiedOf(request).claims.sub }));
    // Express knows an error handler by its four parameters.
    app.use((error, request, response, next) => (error ? response.status(500).end() : next()));
    await serving(app, (origin) => use((init) => fetch(`${origin}/me`, init)));
  },
  async Hono(use, own) {
    const app = new Hono();
    app.use("/me", honoMiddleware(own, challenge));
    app.get("/me", (context) => context.json({ sub: verifiedOf(context).claims.sub }));
    app.onError((_, context) => context.body(null, 500));
    await use((init) => app.request("/me", init));
  },
  async "a plain handler"(use, own) {
    const handler = authenticate(own, (_, { claims }) => Response.json({ sub: claims.sub }), challenge);
    await use(async (init) => {
      try {
        return await handler(new Request("https://api.example/me", init));
      } catch {
        return new Response(null, { status: 500 });
      }
    });
  },
};

for (const [name, framework] of Object.entries(FRAMEWORKS)) {
  describe(name, () => {
    const bearing = (authorization) => (authorization ? { headers: { authorization } } : {});

    test("a good token gets through, and the handler sees its claims", () =>
      framework(async (send) => {
        const response = await send(bearing(`Bearer ${good}`));
        assert.equal(response.status, 200);
        assert.deepEqual(await response.json(), { sub: "user-1" });
      }, verifier));

    test("anything else is answered with its status, challenge and problem", () =>
      framework(async (send) => {
        for (const [authorization, status, code, error] of [
          [undefined, 401, "token_missing", undefined],
          ["Basic dXNlcjpwYXNz", 400, "invalid_request", "invalid_request"],
          [`Bearer ${forged}`, 401, "signature_invalid", "invalid_token"],
          ["Bearer a.b.c", 401, "token_malformed", "invalid_token"],
          [`Bearer ${await tokenFor({ scope: "write" })}`, 403, "scope_insufficient", "insufficient_scope"],
        ]) {
          const response = await send(bearing(authorization));
          assert.equal(response.status, status, code);
          assert.equal(response.headers.get("content-type"), "application/problem+json");
          assert.equal(response.headers.get("cache-control"), "no-store");
          const told = response.headers.get("www-authenticate");
          assert.match(told, /^Bearer realm="api"/);
          assert.match(
            told,
            /resource_metadata="https:\/\/api\.example\/\.well-known\/oauth-protected-resource"/,
          );
          assert.equal(/error="(\w+)"/.exec(told)?.[1], error);
          const problem = await response.json();
          assert.deepEqual([problem.status, problem.code], [status, code]);
        }
      }, verifier));

    test("keys that cannot be had are 503, and to be tried again", () => {
      const fetchNothing = async () => new Response(null, { status: 500 });
      const down = createVerifier({
        ...{ issuer, audience, algorithms: ["ES256"], fetch: fetchNothing },
        keys: { jwksUrl: "https://issuer.example/jwks" },
      });
      return framework(async (send) => {
        const response = await send(bearing(`Bearer ${good}`));
        assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "5"]);
        assert.equal(response.headers.get("www-authenticate"), null);
      }, down);
    });

    test("a mistake in the program is the framework's to handle, and lets nothing through", () => {
      const broken = createVerifier({ issuer, audience, algorithms: ["ES256"], keys, now: () => Number.NaN });
      return framework(async (send) => {
        assert.equal((await send(bearing(`Bearer ${good}`))).status, 500);
      }, broken);
    });
  });
}

test("of several Authorization headers Node would keep the first: none is taken", async () => {
  const protect = nodeMiddleware(verifier);
  const handler = (request, response) => protect(request, response, () => response.end("through"));
  await serving(handler, async (origin) => {
    const headers = ["Authorization", `Bearer ${good}`, "authorization", `Bearer ${forged}`];
    const status = await new Promise((resolve, reject) => {
      const sent = ask(origin, { headers: ["Host", "api.example", ...headers] }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject).end();
    });
    assert.equal(status, 400);
  });
});

test("a handler whose middleware was forgotten fails", () => {
  assert.throws(() => verifiedOf({ headers: {}, auth: { claims: { sub: "forged" } } }), {
    code: "config_invalid",
  });
});
