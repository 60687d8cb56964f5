// What is demanded of a token and of a verifier's options.
import { createVerifier, inspect } from "strongroom/edge";
import {
  algorithms,
  assert,
  audience,
  codeOf,
  equal,
  issuer,
  makeIssuer,
  theIssuer,
  verifierFor,
} from "./shared.mjs";

export const tests = {
  async "the access token profile is enforced"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, profile: "rfc9068" });
    const claims = { client_id: "client", jti: "id" };
    const type = { typ: "at+jwt" };
    equal((await verifier.verify(await token("ES256", claims, type))).claims.client_id, "client");
    equal(await codeOf(async () => verifier.verify(await token("ES256", claims))), "type_mismatch");
    equal(
      await codeOf(async () => verifier.verify(await token("ES256", { jti: "id" }, type))),
      "claim_missing",
    );
  },

  async "each claim that is wrong has its code"() {
    const { jwks, token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks }, requiredScopes: ["read"] });
    const now = Math.floor(Date.now() / 1000);
    const good = { scope: "read write" };
    const cases = [
      ["accepted", {}],
      ["issuer_mismatch", { iss: `${issuer}/` }],
      ["audience_mismatch", { aud: ["other"] }],
      ["token_expired", { exp: now - 60 }],
      ["claim_missing", { exp: undefined }],
      ["claim_invalid", { exp: String(now + 60) }],
      ["token_not_active", { nbf: now + 60 }],
      ["issued_in_future", { iat: now + 60 }],
      ["scope_insufficient", { scope: "write" }],
    ];
    for (const [code, claims] of cases) {
      equal(await codeOf(async () => verifier.verify(await token("ES256", { ...good, ...claims }))), code);
    }
  },

  async "hostile input of any kind is a TokenError"() {
    const { jwks } = await theIssuer();
    const verifier = verifierFor({ keys: { jwks } });
    const hostile = ["", ".", "..", "a.b.c", "e30.e30.e30", ".".repeat(20_000), "\0", "é.é.é", "\ud800.a.b"];
    for (const token of hostile) {
      const code = await codeOf(() => verifier.verify(token));
      assert(["token_malformed", "token_too_large", "header_invalid"].includes(code), code);
    }
    for (const token of [undefined, null, 1, {}, []]) {
      equal(await codeOf(() => verifier.verify(token)), "invalid_request", String(token));
      equal(await codeOf(() => verifier.verifySync(token)), "invalid_request", String(token));
    }
  },

  async "of several issuers, none vouches for another"() {
    const [first, second] = [await makeIssuer(), await makeIssuer()];
    const other = "https://other.example";
    const verifier = createVerifier({
      issuers: [
        { issuer, audience, algorithms, keys: { jwks: first.jwks } },
        {
          issuer: other,
          audience: "https://other-api.example",
          algorithms: ["ES256"],
          keys: { jwks: second.jwks },
        },
      ],
    });
    await verifier.ready;
    const theirs = { iss: other, aud: "https://other-api.example" };
    equal((await verifier.verify(await first.token())).claims.iss, issuer);
    equal(verifier.verifySync(await second.token("ES256", theirs)).claims.iss, other);
    // Each with the other's key, audience, algorithms or name.
    equal(await codeOf(async () => verifier.verify(await second.token())), "signature_invalid");
    equal(await codeOf(async () => verifier.verify(await first.token("ES256", theirs))), "signature_invalid");
    equal(
      await codeOf(async () => verifier.verify(await second.token("ES256", { iss: other }))),
      "audience_mismatch",
    );
    equal(
      await codeOf(async () => verifier.verify(await second.token("RS256", theirs))),
      "algorithm_not_allowed",
    );
    for (const iss of ["https://third.example", undefined, [issuer], `${issuer}/`]) {
      equal(
        await codeOf(async () => verifier.verify(await first.token("ES256", { iss }))),
        "issuer_mismatch",
      );
    }
    equal(await codeOf(() => verifier.verify("a.b.c")), "token_malformed");
    equal(
      (await inspect(await first.token("ES256", { iss: "x" }), verifier)).problems[0].code,
      "issuer_mismatch",
    );
    equal((await inspect(await first.token(), verifier)).valid, true);
    const one = { issuer, audience, algorithms, keys: { jwks: first.jwks } };
    for (const issuers of [[], [one, one], {}, [undefined]]) {
      equal(await codeOf(() => createVerifier({ issuers })), "config_invalid");
    }
  },

  async "options that would weaken or break a verifier are refused"() {
    const { jwks, token } = await theIssuer();
    const keys = { jwks };
    const early = [
      { issuer: "" },
      { audience: [] },
      { audience: "" },
      { algorithms: [] },
      { algorithms: "ES256" },
      { keys: undefined },
      { keys: {} },
      { keys: { jwks, discover: true } },
      { keys: { discover: 1 } },
      { issuer: "accounts.example", keys: { discover: true } },
      { keys: { jwksUrl: "http://issuer.example/jwks.json" } },
      { keys: { jwksUrl: "ftp://issuer.example/jwks.json" } },
      { keys: { jwksUrl: "https://user:pw@issuer.example/jwks.json" } },
      { keys: { jwksUrl: "jwks.json" } },
    ];
    for (const options of early) {
      equal(await codeOf(() => verifierFor({ keys, ...options })), "config_invalid", JSON.stringify(options));
    }
    const late = [
      { algorithms: ["none"] },
      { algorithms: ["es256"] },
      { clockTolerance: 301 },
      { clockTolerance: -1 },
      { clockTolerance: Number.NaN },
      { maxTokenAge: 0 },
      { kids: [] },
      { profile: "rfc7519" },
      { keys: { jwks: {} } },
      { keys: { jwks: { keys: [] } } },
    ];
    const good = await token();
    for (const options of late) {
      const code = await codeOf(() => verifierFor({ keys, ...options }).verify(good));
      equal(code, "config_invalid", JSON.stringify(options));
    }
  },

  async "a broken clock accepts nothing"() {
    const { jwks, token } = await theIssuer();
    for (const now of [() => Number.NaN, () => undefined, () => -1, () => Number.POSITIVE_INFINITY]) {
      const verifier = verifierFor({ keys: { jwks }, now });
      equal(await codeOf(async () => verifier.verify(await token())), "config_invalid");
    }
  },
};
