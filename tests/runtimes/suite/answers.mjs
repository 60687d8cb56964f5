// What callers get: claims, refusals, challenges, explanations.
import { TokenError, authenticate, decode, inspect, unauthorized } from "strongroom/edge";
import { assert, bearer, codeOf, equal, theIssuer, verifierFor } from "./shared.mjs";

export const tests = {
  async "a request's bearer token is found, and only there"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const good = await token();
    equal((await verifier.verify(bearer(good))).claims.sub, "user-1");
    const request = (authorization) => new Request("https://api.example/", { headers: { authorization } });
    equal((await verifier.verify(request(`bearer ${good}`))).claims.sub, "user-1");
    // As Node's http and Express have it.
    equal((await verifier.verify({ headers: { authorization: `Bearer ${good}` } })).claims.sub, "user-1");
    equal(await codeOf(() => verifier.verify({ headers: {} })), "token_missing");
    equal(
      await codeOf(() => verifier.verify(new Request(`https://api.example/?access_token=${good}`))),
      "token_missing",
    );
    for (const authorization of [
      good,
      "Bearer",
      "Basic YTpi",
      `Bearer ${good} x`,
      `Bearer ${good}, Bearer ${good}`,
    ]) {
      equal(await codeOf(() => verifier.verify(request(authorization))), "invalid_request");
    }
  },

  async "an empty text as the very first token spoils nothing"() {
    const { jwks, token } = await theIssuer();
    for (const engine of ["auto", "wasm"]) {
      const verifier = verifierFor({ keys: { jwks }, engine });
      equal(await codeOf(() => verifier.verify("")), "token_malformed");
      equal((await verifier.verify(await token())).claims.sub, "user-1");
    }
  },

  async "a refusal carries status and challenge"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, requiredScopes: ["read"] });
    const refusal = async (work) => {
      try {
        return await work();
      } catch (error) {
        return unauthorized(error, { headers: { "access-control-allow-origin": "https://app.example" } });
      }
    };
    const missing = await refusal(() => verifier.verify(new Request("https://api.example/")));
    equal([missing.status, missing.headers.get("www-authenticate")], [401, "Bearer"]);
    const expired = await refusal(async () => verifier.verify(await token("ES256", { exp: 1 })));
    equal(expired.status, 401);
    equal(
      expired.headers.get("www-authenticate"),
      'Bearer error="invalid_token", error_description="the token has expired"',
    );
    equal(expired.headers.get("access-control-allow-origin"), "https://app.example");
    equal(expired.headers.get("content-type"), "application/problem+json");
    equal((await expired.json()).code, "token_expired");
    const poor = await refusal(async () => verifier.verify(await token()));
    equal(
      [poor.status, poor.headers.get("www-authenticate")],
      [403, 'Bearer error="insufficient_scope", scope="read"'],
    );
  },

  async "authenticate guards a handler in one line"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const handle = authenticate(verifier, (_, { claims }, extra) => Response.json([claims.sub, extra]), {
      realm: "api",
      resourceMetadata: "https://api.example/.well-known/oauth-protected-resource",
    });
    const answer = await handle(bearer(await token()), "extra");
    equal([answer.status, await answer.json()], [200, ["user-1", "extra"]]);
    const refused = await handle(new Request("https://api.example/"), "extra");
    equal(refused.status, 401);
    equal(
      refused.headers.get("www-authenticate"),
      'Bearer realm="api", resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
    );
  },

  async "decode takes a token apart and trusts nothing"() {
    const { token } = await theIssuer();
    const { header, payload } = decode(await token("ES256", { exp: 1 }));
    equal([header.alg, payload.sub, payload.exp], ["ES256", "user-1", 1]);
    equal(await codeOf(() => decode("a.b")), "token_malformed");
  },

  async "inspect tells everything that is wrong and never throws"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, type: "at+jwt" });
    const bad = await token("ES256", { exp: 1, aud: "other" });
    const found = await inspect(bad, verifier);
    const codes = found.problems.map(({ code }) => code);
    equal(codes, ["type_mismatch", "audience_mismatch", "token_expired"]);
    equal([found.valid, found.expired, found.payload.sub], [false, true, "user-1"]);
    const good = await inspect(await token("ES256", {}, { typ: "at+jwt" }), verifier);
    equal([good.valid, good.problems, good.expired], [true, [], false]);
    for (const nothing of ["x", "", undefined, null, 1]) {
      equal((await inspect(nothing, verifier)).problems[0].code, "token_malformed");
      equal((await inspect(nothing)).problems[0].code, "token_malformed");
    }
    equal((await inspect(await token())).valid, false);
    const down = verifierFor({ keys: { jwksUrl: await keyServer.serve("down", { status: 500 }) } });
    equal((await inspect(await token(), down)).problems[0].code, "keys_unavailable");
  },

  async "no error holds anything of the token"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const canary = "c4n4ry";
    const tokens = [
      canary,
      `${canary}.${canary}.${canary}`,
      await token("ES256", { iss: canary }),
      await token("ES256", { aud: canary }),
      await token("ES256", { exp: canary }),
      await token("ES256", {}, { kid: canary }),
      `${await token("ES256", { sub: canary })}A`,
    ];
    for (const bad of tokens) {
      let error;
      try {
        await verifier.verify(bad);
      } catch (caught) {
        error = caught;
      }
      assert(error instanceof TokenError, "it was accepted");
      const told = [
        error.message,
        error.stack,
        String(error),
        JSON.stringify(error),
        error.wwwAuthenticate,
      ].join();
      assert(!told.includes(canary), told);
      for (const part of bad.split(".").filter((part) => part.length > 8)) assert(!told.includes(part), told);
    }
  },
};
