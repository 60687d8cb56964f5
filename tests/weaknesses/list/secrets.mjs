// HMAC secrets and Ed25519 keys: what is no secret, what is too weak, and what is a signature for anything.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { code, codeUnder, encode, join, jwk, message, rsa, rsaJwk } from "../issuer.mjs";

const secret = Buffer.alloc(32, 7);
const pem = rsa.publicKey.export({ format: "pem", type: "spki" });
const hash = (alg) => `sha${alg.slice(2)}`;

/** A token under the secret; `cut` leaves out the tag's end. */
function hs(key = secret, alg = "HS256", cut = 0) {
  const text = message({ alg, kid: "hs" });
  const tag = createHmac(hash(alg), key).update(text).digest();
  return join(text, tag.subarray(0, tag.length - cut));
}
const codeOfSecret = (key, token = hs(key)) =>
  code(token, { keys: { secrets: [{ kid: "hs", secret: key }] } });

const ed = generateKeyPairSync("ed25519");
const edHeader = { alg: "EdDSA", kid: "bad" };
const edText = message(edHeader);
const edJwk = jwk(ed, { kid: "bad" });
/** The order of Ed25519's base point, little-endian. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const little = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const bytes = (value) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();

export default [
  {
    name: "a public key in PEM configured as a secret, disguised or not",
    ids: ["CVE-2023-48223", "GHSA-mvf2-f6gm-w987"],
    defence: "secrets are no public keys",
    run() {
      assert.equal(codeOfSecret(secret), "accepted");
      for (const key of [pem, ` \n${pem}`, `x${pem}`, `ssh-rsa ${"A".repeat(40)}`, JSON.stringify(rsaJwk)])
        assert.equal(codeOfSecret(key), "config_invalid", key.slice(0, 12));
      const der = rsa.publicKey.export({ format: "der", type: "spki" });
      assert.equal(codeOfSecret(der), "config_invalid", "DER");
    },
  },
  {
    name: "a secret that is short or empty",
    ids: ["CVE-2019-20933", "CVE-2026-45363"],
    defence: "secrets are long enough",
    run() {
      for (const key of ["", "secret", "x".repeat(31), Buffer.alloc(0), Buffer.alloc(31, 1)])
        assert.equal(codeOfSecret(key), "config_invalid", String(key));
    },
  },
  {
    name: "a secret that is shorter than the hash",
    ids: [],
    defence: "secrets are as long as the hash",
    run() {
      for (const alg of ["HS384", "HS512"])
        assert.equal(codeOfSecret(secret, hs(secret, alg)), "algorithm_not_allowed", alg);
    },
  },
  {
    name: "a shortened HMAC tag",
    ids: [],
    defence: "HMAC tags are complete",
    run() {
      for (const cut of [1, 16, 28, 31, 32])
        assert.equal(codeOfSecret(secret, hs(secret, "HS256", cut)), "signature_invalid", cut);
    },
  },
  {
    name: "an Ed25519 signature with the group's order added: a second one for the same token",
    ids: ["CVE-2020-36843", "CVE-2024-48949"],
    defence: "Ed25519's s is below the order",
    run() {
      const signature = sign(null, Buffer.from(edText), ed.privateKey);
      assert.equal(codeUnder(edJwk, join(edText, signature)), "accepted");
      const s = little(signature.subarray(32)) + L;
      const second = Buffer.concat([signature.subarray(0, 32), bytes(s)]);
      assert.equal(codeUnder(edJwk, join(edText, second)), "signature_invalid");
    },
  },
  {
    name: "an Ed25519 key of small order: one signature for every message",
    ids: [],
    defence: "Ed25519 keys are not weak",
    run() {
      for (const x of [1n, 0n, 2n ** 255n - 20n]) {
        const weak = { kty: "OKP", crv: "Ed25519", kid: "bad", x: encode(bytes(x)) };
        const any = Buffer.concat([bytes(1n), Buffer.alloc(32)]);
        assert.equal(codeUnder(weak, join(edText, any)), "key_unusable", x.toString(16));
      }
    },
  },
  {
    name: "an Ed25519 signature cut short, or with bytes behind it",
    ids: ["CVE-2024-42459"],
    defence: "Ed25519 signatures are of fixed length",
    run() {
      const signature = sign(null, Buffer.from(edText), ed.privateKey);
      for (const other of [
        signature.subarray(0, 63),
        Buffer.concat([signature, Buffer.of(0)]),
        Buffer.alloc(0),
      ])
        assert.equal(codeUnder(edJwk, join(edText, other)), "signature_invalid");
    },
  },
];
