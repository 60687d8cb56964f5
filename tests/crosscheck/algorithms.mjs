// One row for each algorithm: how a key pair is made, and which of the other libraries have it. A new algorithm joins by
// its row alone.
import { generateKeyPairSync, randomBytes } from "node:crypto";

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = (namedCurve) => () => generateKeyPairSync("ec", { namedCurve });
const ed25519 = () => generateKeyPairSync("ed25519");
const secret = (bytes) => () => ({ secret: randomBytes(bytes) });

const all = ["jose", "PyJWT", "golang-jwt"];

export const ALGORITHMS = [
  { alg: "ES256", key: ec("P-256"), peers: all },
  { alg: "ES384", key: ec("P-384"), peers: all },
  { alg: "ES512", key: ec("P-521"), peers: all },
  // jose gave this curve up with version 6; golang-jwt never had it.
  { alg: "ES256K", key: ec("secp256k1"), peers: ["PyJWT"] },
  { alg: "RS256", key: rsa, peers: all },
  { alg: "RS384", key: rsa, peers: all },
  { alg: "RS512", key: rsa, peers: all },
  { alg: "PS256", key: rsa, peers: all },
  { alg: "PS384", key: rsa, peers: all },
  { alg: "PS512", key: rsa, peers: all },
  { alg: "EdDSA", key: ed25519, peers: all },
  // The newer name of the same (RFC 9864), which only jose knows yet.
  { alg: "Ed25519", key: ed25519, peers: ["jose"] },
  { alg: "HS256", key: secret(32), peers: all },
  { alg: "HS384", key: secret(48), peers: all },
  { alg: "HS512", key: secret(64), peers: all },
];

/** Names that no library here but ours has on this platform: jose's need a WebCrypto that Node 20 has not got. */
export const OURS_ALONE = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];
