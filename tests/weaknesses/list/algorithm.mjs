// The algorithm: the policy and the key decide, never the token.
import { createHmac } from "node:crypto";
import assert from "node:assert/strict";
import { RS256, allowed, code, ecJwk, encode, es256, join, message, rs256, rsa, rsaJwk } from "../issuer.mjs";

/** The token that key confusion makes: an HMAC under what everybody knows. */
function hmacUnder(secret, kid = "rsa") {
  const text = message({ alg: "HS256", typ: "JWT", kid });
  return join(text, createHmac("sha256", secret).update(text).digest());
}

const pem = rsa.publicKey.export({ format: "pem", type: "spki" });
const unsigned = (alg) => `${message({ alg, typ: "JWT" })}.`;

export default [
  {
    name: "alg none without a signature",
    ids: ["CVE-2018-1000531", "CVE-2022-23540"],
    defence: "none does not exist",
    run: () => assert.equal(code(unsigned("none")), "algorithm_not_allowed"),
  },
  {
    name: "alg none in other spellings",
    ids: [],
    defence: "none does not exist",
    run() {
      for (const alg of ["None", "NONE", "nOnE"])
        assert.equal(code(unsigned(alg)), "algorithm_not_allowed", alg);
    },
  },
  {
    name: "alg none among blanks and control characters, or none at all",
    ids: [],
    defence: "none does not exist",
    run() {
      for (const alg of [" none", "none ", "none\0", "\tnone", "", " ", "null", "undefined"])
        assert.equal(code(unsigned(alg)), "algorithm_not_allowed", JSON.stringify(alg));
    },
  },
  {
    name: "alg none with the signature kept",
    ids: ["CVE-2021-22160"],
    defence: "none does not exist",
    run: () => assert.equal(code(es256({ alg: "none", kid: "ec" })), "algorithm_not_allowed"),
  },
  {
    name: "alg that is no string, or missing",
    ids: [],
    defence: "header parameters are well typed",
    run() {
      for (const alg of [null, 0, false, [], ["none"], ["ES256"], {}, undefined])
        assert.equal(code(es256({ alg, kid: "ec" })), "header_invalid", JSON.stringify(alg));
    },
  },
  {
    name: "alg in another case",
    ids: [],
    defence: "the algorithm's name is compared exactly",
    run() {
      for (const alg of ["es256", "Es256", "ES256 "])
        assert.equal(code(es256({ alg, kid: "ec" })), "algorithm_not_allowed", alg);
    },
  },
  {
    name: "alg that the policy does not list, though the key could",
    ids: [],
    defence: "only listed algorithms are allowed",
    run: () => assert.equal(code(es256(), { algorithms: ["RS256"] }), "algorithm_not_allowed"),
  },
  {
    name: "alg of another key type: an EC key under an RSA algorithm",
    ids: ["CVE-2022-23539"],
    defence: "the key decides the algorithm",
    run() {
      assert.equal(code(rs256({ ...RS256, kid: "ec" })), "algorithm_not_allowed");
      assert.equal(code(es256({ alg: "ES256", kid: "rsa" })), "algorithm_not_allowed");
    },
  },
  {
    name: "alg that the JWK does not name",
    ids: [],
    defence: "the alg of a JWK is honoured",
    run() {
      const key = { ...rsaJwk, alg: "ES256" };
      assert.equal(code(rs256(), { keys: { jwks: { keys: [ecJwk, key] } } }), "key_unusable");
    },
  },
  {
    name: "key confusion: HMAC under the public key in PEM",
    ids: [
      "CVE-2015-9235",
      "CVE-2016-10555",
      "CVE-2016-5431",
      "CVE-2017-11424",
      "CVE-2022-23541",
      "CVE-2023-48238",
      "CVE-2024-54150",
    ],
    defence: "a public key is no secret",
    run() {
      for (const kid of ["rsa", undefined])
        assert.match(code(hmacUnder(pem, kid)), /^(algorithm_not_allowed|key_not_found)$/);
    },
  },
  {
    name: "key confusion: HMAC under a PEM disguised by blanks or a prefix",
    ids: ["CVE-2023-48223"],
    defence: "a public key is no secret",
    run() {
      const pkcs1 = rsa.publicKey.export({ format: "pem", type: "pkcs1" });
      for (const secret of [
        ` ${pem}`,
        `\n${pem}`,
        `key: ${pem}`,
        pem.trim(),
        pem.replaceAll("\n", "\r\n"),
        pkcs1,
      ])
        assert.equal(code(hmacUnder(secret)), "algorithm_not_allowed");
    },
  },
  {
    name: "key confusion: HMAC under an OpenSSH public key",
    ids: ["CVE-2022-29217", "CVE-2024-33663"],
    defence: "a public key is no secret",
    run() {
      const der = rsa.publicKey.export({ format: "der", type: "spki" });
      for (const secret of [`ssh-rsa ${der.toString("base64")} me`, "ecdsa-sha2-nistp256 AAAA me"])
        assert.equal(code(hmacUnder(secret)), "algorithm_not_allowed");
    },
  },
  {
    name: "key confusion: HMAC under the JWK's JSON, its modulus, or its DER",
    ids: ["CVE-2024-37568"],
    defence: "a public key is no secret",
    run() {
      const der = rsa.publicKey.export({ format: "der", type: "spki" });
      for (const secret of [JSON.stringify(rsaJwk), rsaJwk.n, Buffer.from(rsaJwk.n, "base64url"), der])
        assert.equal(code(hmacUnder(secret)), "algorithm_not_allowed");
      assert.equal(code(hmacUnder(Buffer.from(ecJwk.x, "base64url"), "ec")), "algorithm_not_allowed");
    },
  },
  {
    name: "HMAC under an empty or null secret",
    ids: ["CVE-2019-20933"],
    defence: "a public key is no secret",
    run() {
      for (const secret of ["", "\0", "null", "undefined", "secret"])
        assert.equal(code(hmacUnder(secret)), "algorithm_not_allowed", secret);
    },
  },
  {
    name: "a secret in a key set that everybody can read",
    ids: [],
    defence: "a key set serves public keys only",
    run() {
      const secret = Buffer.alloc(32, 7);
      const key = { kty: "oct", k: encode(secret), kid: "oct", alg: "HS256" };
      const options = { keys: { jwks: { keys: [ecJwk, key] } } };
      assert.equal(code(hmacUnder(secret, "oct"), options), "key_unusable");
    },
    needs: "HS256",
  },
  {
    name: "a verifier without a list of algorithms",
    ids: ["CVE-2022-23540"],
    defence: "the verifier's options are complete",
    run() {
      for (const algorithms of [undefined, [], ["none"], "ES256", [undefined], ["ES256", "none"]])
        assert.equal(code(es256(), { algorithms }), "config_invalid", JSON.stringify(algorithms));
    },
  },
].filter(({ needs }) => needs === undefined || allowed.includes(needs));
