// The signature: its own key's, over exactly these bytes, in exactly one form.
import assert from "node:assert/strict";
import { constants, createHash, privateEncrypt, sign as signBytes } from "node:crypto";
import {
  CLAIMS,
  ES256,
  RS256,
  code,
  encode,
  es256,
  forger,
  join,
  message,
  rs256,
  rsa,
  signEs256,
  signRs256,
  withClaims,
} from "../issuer.mjs";

const N = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
const text = message();
const der = (signature) => {
  const integer = (bytes) => {
    const minimal = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const signed = minimal[0] & 0x80 ? Buffer.concat([Buffer.of(0), minimal]) : minimal;
    return Buffer.concat([Buffer.of(2, signed.length), signed]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
};
const refused = (signature, why) => assert.equal(code(join(text, signature)), "signature_invalid", why);

/** DigestInfo of SHA-256 (RFC 8017 §9.2, note 1). */
const SHA256 = Buffer.from("3031300d060960864801650304020105000420", "hex");
/** The private operation on a padding of our own making. */
const rsaRaw = (block) => privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, block);
const rsaText = message(RS256);
const digest = createHash("sha256").update(rsaText).digest();
const padded = (info, tail = Buffer.alloc(0)) => {
  const fill = 256 - 3 - info.length - tail.length;
  return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(fill, 0xff), Buffer.of(0), info, tail]);
};
const refusedRsa = (signature, why) => assert.equal(code(join(rsaText, signature)), "signature_invalid", why);

export default [
  {
    name: "an empty signature",
    ids: ["CVE-2020-28042"],
    defence: "an empty signature is none",
    run: () => refused(Buffer.alloc(0)),
  },
  {
    name: "a token cut off after its payload",
    ids: [],
    defence: "three segments",
    run() {
      assert.equal(code(text), "token_malformed");
      assert.equal(code(encode(ES256)), "token_malformed");
    },
  },
  {
    name: "the signature of another token",
    ids: [],
    defence: "the signature is checked",
    run: () => refused(Buffer.from(withClaims({ sub: "user-2" }).split(".")[2], "base64url")),
  },
  {
    name: "a payload that was changed after it was signed",
    ids: [],
    defence: "the signature is checked",
    run() {
      const [header, , signature] = es256().split(".");
      assert.equal(
        code(`${header}.${encode({ ...CLAIMS, sub: "admin" })}.${signature}`),
        "signature_invalid",
      );
    },
  },
  {
    name: "a forger's own key",
    ids: [],
    defence: "the signature is checked",
    run: () => assert.equal(code(es256(ES256, CLAIMS, forger.privateKey)), "signature_invalid"),
  },
  {
    name: "psychic signature: r and s are 0",
    ids: ["CVE-2022-21449", "CVE-2021-43572", "CVE-2022-24884"],
    defence: "r and s are not 0",
    run() {
      const signature = signEs256(text);
      refused(Buffer.alloc(64), "both");
      refused(Buffer.concat([Buffer.alloc(32), signature.subarray(32)]), "r");
      refused(Buffer.concat([signature.subarray(0, 32), Buffer.alloc(32)]), "s");
    },
  },
  {
    name: "r or s at the group's order and beyond",
    ids: ["CVE-2022-41340"],
    defence: "r and s are below the order",
    run() {
      const signature = signEs256(text);
      refused(Buffer.concat([N, signature.subarray(32)]), "r");
      refused(Buffer.concat([signature.subarray(0, 32), N]), "s");
      refused(Buffer.concat([N, N]), "both");
      refused(Buffer.alloc(64, 0xff), "all ones");
    },
  },
  {
    name: "an ECDSA signature in DER",
    ids: ["CVE-2020-14966", "CVE-2024-42461"],
    defence: "ECDSA signatures are of fixed length",
    run: () => refused(der(signEs256(text))),
  },
  {
    name: "an ECDSA signature with leading zeros",
    ids: ["CVE-2020-13822"],
    defence: "ECDSA signatures are of fixed length",
    run() {
      const signature = signEs256(text);
      const zero = Buffer.of(0);
      refused(Buffer.concat([zero, signature.subarray(0, 32), zero, signature.subarray(32)]), "each number");
      refused(Buffer.concat([zero, zero, signature]), "in front");
    },
  },
  {
    name: "an ECDSA signature with bytes behind it, or cut short",
    ids: [],
    defence: "ECDSA signatures are of fixed length",
    run() {
      const signature = signEs256(text);
      refused(Buffer.concat([signature, Buffer.of(0)]), "longer");
      refused(Buffer.concat([signature, Buffer.alloc(4000)]), "much longer");
      refused(signature.subarray(0, 63), "shorter");
    },
  },
  {
    name: "an RSA signature of another length than the modulus",
    ids: ["CVE-2020-14968"],
    defence: "RSA signatures are as long as the modulus",
    run() {
      const signature = signRs256(rsaText);
      refusedRsa(Buffer.concat([Buffer.of(0), signature]), "a zero in front");
      refusedRsa(Buffer.concat([Buffer.alloc(200), signature]), "zeros in front");
      refusedRsa(signature.subarray(1), "shorter");
    },
  },
  {
    name: "an RSA padding with something behind the hash",
    ids: ["CVE-2006-4339", "CVE-2021-30246"],
    defence: "the signature is checked",
    run() {
      const info = Buffer.concat([SHA256, digest]);
      assert.equal(code(join(rsaText, rsaRaw(padded(info)))), "accepted", "the exact padding");
      refusedRsa(rsaRaw(padded(info, Buffer.alloc(64, 1))), "a tail");
      refusedRsa(rsaRaw(padded(digest)), "no DigestInfo");
    },
  },
  {
    name: "an RSA signature over another hash",
    ids: [],
    defence: "the signature is checked",
    run() {
      for (const hash of ["sha1", "sha384", "sha512"])
        refusedRsa(signBytes(hash, Buffer.from(rsaText), rsa.privateKey), hash);
    },
  },
  {
    name: "a PSS signature under the name of PKCS #1 v1.5",
    ids: [],
    defence: "the signature is checked",
    run() {
      const key = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      refusedRsa(signBytes("sha256", Buffer.from(rsaText), key));
    },
  },
  {
    name: "an RSA signature of 0, 1, or all ones",
    ids: [],
    defence: "the signature is checked",
    run() {
      const one = Buffer.alloc(256);
      one[255] = 1;
      for (const signature of [Buffer.alloc(256), one, Buffer.alloc(256, 0xff)]) refusedRsa(signature);
      assert.equal(code(rs256()), "accepted");
    },
  },
];
