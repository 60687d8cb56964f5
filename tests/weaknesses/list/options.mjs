// The options: what is misspelled, and what is waived for one issuer, weakens nobody else.
import assert from "node:assert/strict";
import { CLAIMS, ES256, code, encode, es256, signEs256, withClaims } from "../issuer.mjs";

const pad = (segment) => segment.padEnd(Math.ceil(segment.length / 4) * 4, "=");

/** A token with every segment padded, the signature over that spelling. Its claims are such that each needs padding. */
function padded() {
  const text = `${pad(encode(ES256))}.${pad(encode({ ...CLAIMS, sub: "user-12" }))}`;
  const token = `${text}.${pad(encode(signEs256(text)))}`;
  assert.ok(
    token.split(".").every((segment) => segment.endsWith("=")),
    token,
  );
  return token;
}

const audience = "https://api.example";

export default [
  {
    name: "a demand that is misspelled and so never made",
    ids: [],
    defence: "options are known by name",
    run() {
      for (const name of ["requiredScope", "max_token_age", "Type", "audiences", "revocation", "toString"])
        assert.equal(code(es256(), { [name]: ["read"] }), "config_invalid", name);
    },
  },
  {
    name: "padding that is taken from everybody",
    ids: [],
    defence: "padding is for those who are known for it",
    run() {
      assert.equal(code(padded()), "token_malformed");
      assert.equal(code(padded(), { quirks: ["audience_in_client_id"] }), "token_malformed");
      assert.equal(code(padded(), { quirks: ["padded_base64"] }), "accepted");
    },
  },
  {
    name: "padding of any length: many spellings of one token",
    ids: [],
    defence: "padding is exact",
    run() {
      const token = padded();
      for (const other of [token.replace(/=+$/, ""), `${token}=`, `${token}====`, `${token}=A`])
        assert.equal(code(other, { quirks: ["padded_base64"] }), "token_malformed", other.slice(-6));
    },
  },
  {
    name: "a client taken for the audience",
    ids: [],
    defence: "a client is no audience",
    run() {
      const token = withClaims({ aud: undefined, client_id: audience });
      assert.equal(code(token), "claim_missing");
    },
  },
  {
    name: "a client that overrules the audience",
    ids: [],
    defence: "an audience that is there counts",
    run() {
      const quirks = ["audience_in_client_id"];
      assert.equal(code(withClaims({ aud: undefined, client_id: audience }), { quirks }), "accepted");
      const token = withClaims({ aud: "https://other.example", client_id: audience });
      assert.equal(code(token, { quirks }), "audience_mismatch");
    },
  },
];
