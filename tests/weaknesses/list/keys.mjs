// The keys: each is checked before it is used, and a bad one spoils nothing but itself.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import {
  CLAIMS,
  ES256,
  code,
  codeUnder,
  ec,
  ecJwk,
  encode,
  es256,
  forger,
  jwk,
  jwks,
  message,
  rs256,
  rsa,
  rsaJwk,
} from "../issuer.mjs";

const number = (bytes) => bytes.toString("base64url");
const rsaHeader = { alg: "RS256", kid: "bad" };
const unusable = (key, token, why) =>
  assert.equal(codeUnder({ ...key, kid: "bad" }, token), "key_unusable", why);
/** A token that names the bad key; its signature is never reached. */
const namesIt = `${message(rsaHeader)}.${"A".repeat(342)}`;
const ecNamesIt = es256({ ...ES256, kid: "bad" });

/** 65537^k: the simplest numbers with the fingerprint of the broken generator. */
const roca = Buffer.from((65537n ** 128n).toString(16).padStart(514, "0"), "hex");

export default [
  {
    name: "an RSA key that can be factored",
    ids: [],
    defence: "RSA keys are long enough",
    run() {
      for (const modulusLength of [512, 1024, 1536]) {
        const pair = generateKeyPairSync("rsa", { modulusLength });
        unusable(jwk(pair, { alg: "RS256" }), rs256(rsaHeader, CLAIMS, pair.privateKey), modulusLength);
      }
    },
  },
  {
    name: "an RSA modulus so long that a verification takes seconds",
    ids: [],
    defence: "RSA keys are short enough",
    run() {
      const started = performance.now();
      for (const bytes of [1025, 2048, 8192]) {
        const n = randomBytes(bytes);
        n[0] |= 0x80;
        n[bytes - 1] |= 1;
        unusable({ kty: "RSA", n: number(n), e: "AQAB" }, namesIt, bytes);
      }
      assert.ok(performance.now() - started < 5000, "it was used");
    },
  },
  {
    name: "an RSA modulus that is even, or begins with zeros",
    ids: [],
    defence: "RSA moduli are odd and minimal",
    run() {
      const n = Buffer.from(rsaJwk.n, "base64url");
      const even = Buffer.from(n);
      even[255] &= 0xfe;
      unusable({ ...rsaJwk, n: number(even) }, namesIt, "even");
      unusable({ ...rsaJwk, n: number(Buffer.concat([Buffer.of(0), n])) }, namesIt, "zeros");
    },
  },
  {
    name: "an RSA exponent of 3, for which signatures have been forged, or of 1, for which each message is its own",
    ids: ["CVE-2006-4339"],
    defence: "RSA exponents are large enough",
    run() {
      const pair = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 });
      unusable({ ...rsaJwk, e: number(Buffer.of(1)) }, namesIt);
      unusable(jwk(pair, { alg: "RS256" }), rs256(rsaHeader, CLAIMS, pair.privateKey));
    },
  },
  {
    name: "an RSA exponent as long as the modulus: a verification takes seconds",
    ids: [],
    defence: "RSA exponents are small enough",
    run() {
      for (const bytes of [5, 8, 256, 1024]) {
        const e = Buffer.alloc(bytes, 0xff);
        unusable({ ...rsaJwk, e: number(e) }, namesIt, bytes);
      }
    },
  },
  {
    name: "an RSA exponent that is even",
    ids: [],
    defence: "RSA exponents are odd",
    run: () => unusable({ ...rsaJwk, e: number(Buffer.of(1, 0, 2)) }, namesIt),
  },
  {
    name: "an RSA modulus of the broken generator",
    ids: ["CVE-2017-15361"],
    defence: "the ROCA fingerprint is refused",
    run: () => unusable({ kty: "RSA", n: number(roca), e: "AQAB" }, namesIt),
  },
  {
    name: "a point that is not on the curve",
    ids: ["CVE-2017-16007", "CVE-2020-28498"],
    defence: "points are on the curve",
    run() {
      const { x, y } = ecJwk;
      for (const [a, b] of [
        [y, x],
        [x, x],
        [number(Buffer.alloc(32)), number(Buffer.alloc(32))],
        [x, number(Buffer.alloc(32, 0xff))],
      ])
        unusable({ kty: "EC", crv: "P-256", x: a, y: b }, ecNamesIt);
    },
  },
  {
    name: "coordinates that are shorter or longer than the curve's",
    ids: [],
    defence: "coordinates are of full length",
    run() {
      const [x, y] = [Buffer.from(ecJwk.x, "base64url"), Buffer.from(ecJwk.y, "base64url")];
      const padded = {
        x: number(Buffer.concat([Buffer.of(0), x])),
        y: number(Buffer.concat([Buffer.of(0), y])),
      };
      unusable({ ...ecJwk, ...padded }, ecNamesIt, "longer");
      unusable({ ...ecJwk, x: number(x.subarray(1)) }, ecNamesIt, "shorter");
      unusable({ ...ecJwk, x: "" }, ecNamesIt, "empty");
    },
  },
  {
    name: "a curve of the key's own choosing",
    ids: ["CVE-2020-0601"],
    defence: "curves are known by name",
    run() {
      for (const crv of ["P-257", "p-256", "prime256v1", "", "P-224", "brainpoolP256r1"])
        unusable({ ...ecJwk, crv }, ecNamesIt, crv);
      const own = { p: "AA", a: "AA", b: "AA", g: "AA", n: "AA" };
      assert.match(
        codeUnder({ ...jwk(forger), ...own, kid: "bad" }, ecNamesIt),
        /^(key_unusable|signature_invalid)$/,
      );
    },
  },
  {
    name: "a private key in a public key set: it has leaked",
    ids: [],
    defence: "published private keys are refused",
    run() {
      unusable({ ...ec.privateKey.export({ format: "jwk" }) }, ecNamesIt);
      unusable({ ...rsa.privateKey.export({ format: "jwk" }) }, rs256(rsaHeader));
    },
  },
  {
    name: "an encryption key that verifies signatures",
    ids: [],
    defence: "the use of a JWK is honoured",
    run: () => unusable({ ...ecJwk, use: "enc" }, ecNamesIt),
  },
  {
    name: "a key whose operations do not include verifying",
    ids: [],
    defence: "the key_ops of a JWK are honoured",
    run() {
      for (const key_ops of [[], ["sign"], ["encrypt", "wrapKey"], "verify", ["VERIFY"]])
        unusable({ ...ecJwk, key_ops }, ecNamesIt, JSON.stringify(key_ops));
    },
  },
  {
    name: "two keys under one id",
    ids: [],
    defence: "an id names one key",
    run() {
      const twice = { jwks: { keys: [{ ...jwk(forger), kid: "ec" }, ecJwk] } };
      assert.equal(code(es256(), { keys: twice }), "key_unusable");
    },
  },
  {
    name: "a set of ten thousand keys",
    ids: [],
    defence: "key sets are bounded",
    run() {
      const keys = Array.from({ length: 10_000 }, (_, i) => ({ ...ecJwk, kid: `ec-${i}` }));
      assert.equal(code(es256(), { keys: { jwks: { keys } } }), "config_invalid");
    },
  },
  {
    name: "a key that spoils the set",
    ids: [],
    defence: "a bad key spoils nothing but itself",
    run() {
      const strange = [
        {},
        { kty: "XYZ" },
        { kty: 1 },
        { kty: "RSA" },
        { kty: "EC", crv: "P-256", x: 1, kid: 2 },
      ];
      assert.equal(code(es256(), { keys: { jwks: { keys: [...strange, ...jwks.keys] } } }), "accepted");
    },
  },
  {
    name: "a key set that is none",
    ids: [],
    defence: "key sets are well formed",
    run() {
      for (const set of [
        {},
        { keys: [] },
        { keys: {} },
        { keys: [1] },
        [ecJwk],
        null,
        "x",
        { keys: [{ kty: "oct", k: encode("x") }] },
      ])
        assert.equal(code(es256(), { keys: { jwks: set } }), "config_invalid", JSON.stringify(set));
    },
  },
];
