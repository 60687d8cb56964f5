// The claims: issuer, audience and expiry always, and nothing is converted.
import assert from "node:assert/strict";
import { createVerifier } from "strongroom/edge";
import {
  audience,
  CLAIMS,
  code,
  codeOf,
  ecJwk,
  es256,
  ES256,
  forger,
  issuer,
  jwk,
  NOW,
  verifier,
  withClaims,
  withText,
} from "../issuer.mjs";

const invalid = (changes, why) =>
  assert.equal(code(withClaims(changes)), "claim_invalid", why ?? JSON.stringify(changes));
const missing = (changes, options) => assert.equal(code(withClaims(changes), options), "claim_missing");
const invalidText = (text) =>
  assert.equal(code(withText(`"exp":${CLAIMS.exp}`, `"exp":${text}`)), "claim_invalid", text);

export default [
  {
    name: "no exp: a token for ever",
    ids: [],
    defence: "exp is required",
    run: () => missing({ exp: undefined }),
  },
  {
    name: "exp as a string, compared as text or not at all",
    ids: ["CVE-2026-44459"],
    defence: "dates are numbers",
    run() {
      for (const exp of [String(NOW + 600), "never", "", "9"]) invalid({ exp });
    },
  },
  {
    name: "exp that is null, a boolean, a list or an object",
    ids: [],
    defence: "dates are numbers",
    run() {
      for (const exp of [null, true, [NOW + 600], { $gt: 0 }]) invalid({ exp });
    },
  },
  {
    name: "exp that overflows a number",
    ids: [],
    defence: "numbers are finite",
    run() {
      const overflowing = withText(`"exp":${CLAIMS.exp}`, '"exp":1e999');
      assert.equal(code(overflowing), "token_malformed");
    },
  },
  {
    name: "exp beyond every calendar, or in milliseconds",
    ids: [],
    defence: "dates are in range",
    run() {
      for (const text of ["1e300", "9223372036854775808", String((NOW + 600) * 1000), "18446744073709551617"])
        invalidText(text);
    },
  },
  {
    name: "exp before 1970, which wraps around as an unsigned number",
    ids: [],
    defence: "dates are in range",
    run() {
      for (const text of ["-1", "-9223372036854775808", "-1e300"]) invalidText(text);
    },
  },
  {
    name: "an expired token whose signature is good",
    ids: ["CVE-2024-51744"],
    defence: "exp is compared",
    run() {
      for (const exp of [0, 1, NOW - 3600, NOW - 5])
        assert.equal(code(withClaims({ exp })), "token_expired", exp);
      assert.equal(code(withClaims({ exp: NOW - 4 })), "accepted", "within the tolerance");
    },
  },
  {
    name: "an expired token that a huge clock tolerance lets through",
    ids: [],
    defence: "the tolerance is bounded",
    run() {
      for (const clockTolerance of [301, 1e9, -1, Number.NaN, Infinity])
        assert.equal(
          code(withClaims({ exp: NOW - 600 }), { clockTolerance }),
          "config_invalid",
          clockTolerance,
        );
    },
  },
  {
    name: "an expired token while the clock is broken",
    ids: [],
    defence: "a broken clock revives nothing",
    run() {
      for (const now of [() => Number.NaN, () => -1, () => undefined, () => -Infinity])
        assert.equal(code(withClaims({}), { now }), "config_invalid");
    },
  },
  {
    name: "nbf to come, or no date",
    ids: [],
    defence: "nbf is compared",
    run() {
      assert.equal(code(withClaims({ nbf: NOW + 6 })), "token_not_active");
      for (const nbf of [String(NOW), null, true, []]) invalid({ nbf });
    },
  },
  {
    name: "iat to come, or no date",
    ids: [],
    defence: "iat is compared",
    run() {
      assert.equal(code(withClaims({ iat: NOW + 6 })), "issued_in_future");
      for (const iat of [String(NOW), null, false, {}]) invalid({ iat });
    },
  },
  {
    name: "a maximum age, and a token that does not say when it was issued",
    ids: [],
    defence: "a maximum age needs iat",
    run() {
      missing({ iat: undefined }, { maxTokenAge: 60 });
      assert.equal(code(withClaims({ iat: NOW - 66 }), { maxTokenAge: 60 }), "token_too_old");
    },
  },
  {
    name: "iss as a list that holds the right one",
    ids: ["CVE-2025-30144"],
    defence: "iss is one string",
    run() {
      for (const iss of [[issuer], ["https://forger.example", issuer], { 0: issuer }, null, 1])
        invalid({ iss });
    },
  },
  {
    name: "iss that contains, begins, or is contained in the right one",
    ids: ["CVE-2024-53861"],
    defence: "iss is compared as a whole",
    run() {
      const near = [
        issuer.slice(0, 5),
        "",
        "https://",
        `${issuer}.forger.example`,
        `${issuer}/`,
        ` ${issuer}`,
      ];
      for (const iss of [...near, issuer.toUpperCase(), issuer.replace("issuer", "ıssuer")])
        assert.equal(code(withClaims({ iss })), "issuer_mismatch", iss);
    },
  },
  {
    name: "one issuer's key for another issuer's token",
    ids: [],
    defence: "each issuer has its own keys",
    run() {
      const other = "https://other.example";
      const own = (name, key) => ({
        issuer: name,
        audience,
        algorithms: ["ES256"],
        keys: { jwks: { keys: [key] } },
      });
      const issuers = [own(issuer, ecJwk), own(other, jwk(forger, { kid: "other" }))];
      const both = createVerifier({ issuers: issuers.map((options) => ({ ...options, now: () => NOW })) });
      const codeFor = (iss, kid, key) =>
        codeOf(() => both.verifySync(es256({ ...ES256, kid }, { ...CLAIMS, iss }, key)));
      assert.equal(codeFor(issuer, "ec"), "accepted");
      assert.equal(codeFor(other, "other", forger.privateKey), "accepted");
      assert.equal(codeFor(issuer, "other", forger.privateKey), "key_not_found");
      assert.equal(codeFor(other, "ec"), "key_not_found");
      assert.equal(codeFor("https://third.example", "ec"), "issuer_mismatch");
    },
  },
  {
    name: "no iss",
    ids: [],
    defence: "iss is required",
    run: () => missing({ iss: undefined }),
  },
  {
    name: "no aud",
    ids: [],
    defence: "aud is required",
    run: () => missing({ aud: undefined }),
  },
  {
    name: "aud as an empty list or of another type, which skips the check",
    ids: ["CVE-2020-26160"],
    defence: "aud is well typed",
    run() {
      for (const aud of [[], [[]], {}, { [audience]: true }, null, 0, true, [audience, 1], [[audience]]])
        invalid({ aud });
    },
  },
  {
    name: "aud that contains, begins, or is contained in the right one",
    ids: [],
    defence: "aud is compared as a whole",
    run() {
      for (const aud of [
        audience.slice(0, 8),
        "",
        `${audience}/`,
        `${audience}.forger.example`,
        [`x${audience}`],
      ])
        assert.equal(code(withClaims({ aud })), "audience_mismatch", JSON.stringify(aud));
    },
  },
  {
    name: "a pattern as issuer or audience, whose state or looseness decides",
    ids: ["GHSA-3j8v-cgw4-2g6q"],
    defence: "the verifier's options are complete",
    run() {
      for (const options of [
        { issuer: /issuer/g },
        { audience: /api/g },
        { audience: [/./] },
        { issuer: [issuer] },
      ])
        assert.equal(code(es256(), options), "config_invalid");
    },
  },
  {
    name: "a verifier without issuer or audience",
    ids: [],
    defence: "the verifier's options are complete",
    run() {
      for (const options of [
        { issuer: undefined },
        { issuer: "" },
        { audience: undefined },
        { audience: [] },
        { audience: "" },
      ])
        assert.equal(code(es256(), options), "config_invalid", JSON.stringify(options));
    },
  },
  {
    name: "sub, jti or client_id that is no string",
    ids: [],
    defence: "sub, jti and client_id are strings",
    run() {
      for (const name of ["sub", "jti", "client_id"])
        for (const value of [1, null, ["user-1"], { $ne: null }]) invalid({ [name]: value });
    },
  },
  {
    name: "a scope that only contains the required one",
    ids: [],
    defence: "scopes are compared as a whole",
    run() {
      for (const scope of ["readwrite", "unread", "read:all", "READ", "", "read,write"])
        assert.equal(code(withClaims({ scope }), { requiredScopes: ["read"] }), "scope_insufficient", scope);
      assert.equal(code(withClaims({ scope: "write read" }), { requiredScopes: ["read"] }), "accepted");
    },
  },
  {
    name: "a required claim that is null, or that every JavaScript object has",
    ids: [],
    defence: "required claims are there",
    run() {
      missing({ tenant: null }, { requiredClaims: ["tenant"] });
      for (const name of ["toString", "constructor", "__proto__"]) missing({}, { requiredClaims: [name] });
    },
  },
  {
    name: "a claim named __proto__",
    ids: [],
    defence: "claims are plain data",
    run() {
      const token = es256(ES256, `{"__proto__":{"admin":true},${JSON.stringify(CLAIMS).slice(1)}`);
      const { claims } = verifier().verifySync(token);
      assert.equal(claims.admin, undefined);
      assert.equal({}.admin, undefined);
    },
  },
  {
    name: "claims that are read from another parse than the one that was checked",
    ids: [],
    defence: "what is given back is what was checked",
    run() {
      const token = withText('"user-1"', '"\\u0075ser-1"');
      const { claims, header } = verifier().verifySync(token);
      assert.deepEqual({ ...claims }, CLAIMS);
      assert.deepEqual({ ...header }, ES256);
    },
  },
];
