// Which of Project Wycheproof's files are for which algorithm, and what their keys are as JWKs.
const number = (hex) => Buffer.from(hex.replace(/^(00)+/, ""), "hex").toString("base64url");
const rsa = ({ publicKey }) => ({
  kty: "RSA",
  n: number(publicKey.modulus),
  e: number(publicKey.publicExponent),
});
const bytes = (hex) => Buffer.from(hex, "hex").toString("base64url");

const ec =
  (crv) =>
  ({ publicKey: { uncompressed } }) => {
    const half = (uncompressed.length - 2) / 2;
    return {
      kty: "EC",
      crv,
      x: bytes(uncompressed.slice(2, 2 + half)),
      y: bytes(uncompressed.slice(2 + half)),
    };
  };
const ed = ({ publicKey }) => ({ kty: "OKP", crv: "Ed25519", x: bytes(publicKey.pk) });
const mldsa =
  (alg) =>
  ({ publicKey }) => ({ kty: "AKP", alg, pub: bytes(publicKey) });

const pkcs1 = (bits) =>
  [2048, 3072, 4096, 8192].map((size) => [`rsa_signature_${size}_sha${bits}_test`, `RS${bits}`, rsa]);

/** `[file, algorithm, key of a group]`; without a key the secret is in each vector. */
export const FILES = [
  ["ecdsa_secp256r1_sha256_p1363_test", "ES256", ec("P-256")],
  ["ecdsa_secp384r1_sha384_p1363_test", "ES384", ec("P-384")],
  ["ecdsa_secp521r1_sha512_p1363_test", "ES512", ec("P-521")],
  ["ecdsa_secp256k1_sha256_p1363_test", "ES256K", ec("secp256k1")],
  ...[256, 384, 512].flatMap(pkcs1),
  ["rsa_pss_2048_sha256_mgf1_32_test", "PS256", rsa],
  ["rsa_pss_3072_sha256_mgf1_32_test", "PS256", rsa],
  ["rsa_pss_4096_sha256_mgf1_32_test", "PS256", rsa],
  ["rsa_pss_2048_sha384_mgf1_48_test", "PS384", rsa],
  ["rsa_pss_4096_sha384_mgf1_48_test", "PS384", rsa],
  ["rsa_pss_4096_sha512_mgf1_64_test", "PS512", rsa],
  ["ed25519_test", "EdDSA", ed],
  ["hmac_sha256_test", "HS256"],
  ["hmac_sha384_test", "HS384"],
  ["hmac_sha512_test", "HS512"],
  ...[44, 65, 87].map((size) => [`mldsa_${size}_verify_test`, `ML-DSA-${size}`, mldsa(`ML-DSA-${size}`)]),
];

/** The same curves with signatures in DER: all must be refused, whatever the files say. */
export const DER = [
  ["ecdsa_secp256r1_sha256_test", "ES256", ec("P-256")],
  ["ecdsa_secp384r1_sha384_test", "ES384", ec("P-384")],
  ["ecdsa_secp521r1_sha512_test", "ES512", ec("P-521")],
  ["ecdsa_secp256k1_sha256_test", "ES256K", ec("secp256k1")],
];
