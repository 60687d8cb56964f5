// The header: nothing in it is trusted, fetched, or used as a path, a query or a key.
import assert from "node:assert/strict";
import {
  CLAIMS,
  ES256,
  code,
  codeOf,
  ecJwk,
  es256,
  forger,
  jwk,
  jwks,
  verifier,
  withHeader,
} from "../issuer.mjs";

const forged = (header) => es256({ ...ES256, ...header }, CLAIMS, forger.privateKey);

/** Verifies with keys from a URL, and counts what is fetched from where. */
async function fetched(token) {
  const urls = [];
  const fetch = async (request) => {
    urls.push(request.url);
    return Response.json(jwks);
  };
  const remote = verifier({ keys: { jwksUrl: "https://issuer.example/jwks" }, fetch });
  const code = await codeOf(() => remote.verify(token));
  return { code, urls };
}

/** A token that names its own keys' place is refused, and the place is never visited. */
async function isNotVisited(parameter) {
  const { code, urls } = await fetched(forged({ [parameter]: "https://forger.example/keys" }));
  assert.equal(code, "signature_invalid");
  assert.ok(urls.length > 0);
  assert.deepEqual(
    urls.filter((url) => url !== "https://issuer.example/jwks"),
    [],
  );
}

export default [
  {
    name: "jwk in the header: the token brings its own key",
    ids: ["CVE-2018-0114"],
    defence: "keys in the header are not looked at",
    run() {
      const own = jwk(forger, { kid: "ec", alg: "ES256" });
      assert.equal(code(forged({ jwk: own })), "signature_invalid");
      assert.equal(code(forged({ jwk: own, kid: undefined, alg: "ES256" })), "signature_invalid");
    },
  },
  {
    name: "jku in the header: the token names the place of its keys",
    ids: [],
    defence: "keys come from the configured place",
    run: () => isNotVisited("jku"),
  },
  {
    name: "x5u in the header: the token names the place of its certificate",
    ids: [],
    defence: "keys come from the configured place",
    run: () => isNotVisited("x5u"),
  },
  {
    name: "x5c in the header: the token brings its own certificate",
    ids: [],
    defence: "keys in the header are not looked at",
    run: () => assert.equal(code(forged({ x5c: ["MIIB"], x5t: "AA" })), "signature_invalid"),
  },
  {
    name: "kid as a path",
    ids: [],
    defence: "kid is only compared",
    run() {
      for (const kid of [
        "../../../../dev/null",
        "/dev/null",
        "file:///etc/passwd",
        "..\\..\\nul",
        "ec/../ec",
      ])
        assert.equal(code(forged({ kid })), "key_not_found", kid);
    },
  },
  {
    name: "kid as a query or a command",
    ids: [],
    defence: "kid is only compared",
    run() {
      for (const kid of [
        "' OR 1=1 --",
        "ec' UNION SELECT 'key",
        "$(id)",
        "|id",
        "{{7*7}}",
        "${jndi:ldap://x}",
      ])
        assert.equal(code(forged({ kid })), "key_not_found", kid);
    },
  },
  {
    name: "kid that is a member of every JavaScript object",
    ids: [],
    defence: "kid is only compared",
    run() {
      for (const kid of ["__proto__", "constructor", "toString", "hasOwnProperty"])
        assert.equal(code(forged({ kid })), "key_not_found", kid);
    },
  },
  {
    name: "kid that is no string",
    ids: [],
    defence: "header parameters are well typed",
    run() {
      for (const kid of [0, 1, null, true, ["ec"], { $ne: "" }])
        assert.equal(code(withHeader({ kid })), "header_invalid", JSON.stringify(kid));
    },
  },
  {
    name: "kid that only begins like a key's, or differs in case",
    ids: [],
    defence: "kid is only compared",
    run() {
      for (const kid of ["e", "EC", "ec ", "ec\0", "", "*"])
        assert.equal(code(withHeader({ kid })), "key_not_found", kid);
    },
  },
  {
    name: "kid that the policy does not list",
    ids: [],
    defence: "listed kids only",
    run: () => assert.equal(code(es256(), { kids: ["rsa"] }), "key_not_found"),
  },
  {
    name: "no kid, where several keys would suit: the sender picks by trial",
    ids: [],
    defence: "no key is tried for a token that names none",
    run() {
      const keys = { jwks: { keys: [ecJwk, jwk(forger, { kid: "other" })] } };
      assert.equal(code(es256({ alg: "ES256" }), { keys }), "key_not_found");
    },
  },
  {
    name: "crit ignored",
    ids: ["CVE-2025-59420"],
    defence: "crit is refused",
    run() {
      for (const crit of [["exp"], ["b64"], ["urn:example:critical"], ["alg"]])
        assert.equal(code(withHeader({ crit })), "critical_unsupported", crit[0]);
    },
  },
  {
    name: "crit empty or ill-typed",
    ids: [],
    defence: "crit is refused",
    run() {
      for (const crit of [[], null, "exp", {}, [1]])
        assert.equal(code(withHeader({ crit })), "critical_unsupported", JSON.stringify(crit));
    },
  },
  {
    name: "b64: a payload that is signed as it is",
    ids: [],
    defence: "b64 is refused",
    run() {
      for (const b64 of [false, true, "false"])
        assert.equal(code(withHeader({ b64 })), "critical_unsupported", String(b64));
    },
  },
  {
    name: "typ: a token of one kind used as another",
    ids: [],
    defence: "typ is checked where it is demanded",
    run() {
      for (const typ of ["JWT", undefined, "at+jwt2", "application/x/at+jwt", "logout+jwt"])
        assert.equal(code(withHeader({ typ }), { type: "at+jwt" }), "type_mismatch", typ);
      assert.equal(code(withHeader({ typ: "application/AT+JWT" }), { type: "at+jwt" }), "accepted");
    },
  },
];
