// What is verified: keys, and tokens as an API meets them, signed here once.
import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export const ISSUER = "https://issuer.example";
export const AUDIENCE = "https://api.example";

const HOUR = 3600;

/** How each algorithm makes a key and signs. */
const ALGORITHMS = {
  ES256: {
    generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    sign: (key, input) => sign("sha256", input, { key, dsaEncoding: "ieee-p1363" }),
  },
  RS256: {
    generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    sign: (key, input) => sign("sha256", input, key),
  },
  // 6 is RSA_PKCS1_PSS_PADDING; the salt is as long as the hash.
  PS256: {
    generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    sign: (key, input) => sign("sha256", input, { key, padding: 6, saltLength: 32 }),
  },
  EdDSA: {
    generate: () => generateKeyPairSync("ed25519"),
    sign: (key, input) => sign(null, input, key),
  },
  HS256: { sign: (secret, input) => createHmac("sha256", secret).update(input).digest() },
};

export const NAMES = Object.keys(ALGORITHMS);

/** The sizes of a token in bytes, about. */
export const SIZES = [550, 2048];

/**
 * One case: three keys, or how many are wished, the secret for HS256, `count` distinct tokens of the last key, and one that somebody forged.
 */
export function makeCase(alg, size, count, keys = 3) {
  const { generate, sign } = ALGORITHMS[alg];
  const kids = Array.from({ length: keys }, (_, i) => `2026-${String(i).padStart(4, "0")}`);
  const kid = kids[keys - 1];
  const pairs = generate ? kids.map(generate) : [];
  const jwks = {
    keys: pairs.map(({ publicKey }, i) => ({
      ...publicKey.export({ format: "jwk" }),
      kid: kids[i],
      alg,
      use: "sig",
    })),
  };
  const secret = generate ? undefined : randomBytes(32);
  const key = generate ? pairs[keys - 1].privateKey : secret;
  const header = segment({ alg, typ: "JWT", kid });
  const now = Math.floor(Date.now() / 1000);
  const token = (padding) => {
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: `user-${randomBytes(8).toString("hex")}`,
      iat: now - 60,
      exp: now + 2 * HOUR,
      jti: randomBytes(16).toString("base64url"),
      client_id: "web",
      scope: "openid profile orders:read orders:write",
      permissions: Array.from({ length: padding >> 4 }, (_, i) => `orders/${1000 + i}:rw`),
      tenant: "t".repeat(padding & 15),
    };
    const input = `${header}.${segment(claims)}`;
    return `${input}.${sign(key, Buffer.from(input)).toString("base64url")}`;
  };
  // What is left between the bare token and the wanted size, in decoded bytes.
  const padding = Math.max(0, Math.floor(((size - token(0).length) * 3) / 4));
  const tokens = Array.from({ length: count }, () => token(padding));
  const [head, , signature] = tokens[0].split(".");
  const forged = `${head}.${token(padding).split(".")[1]}.${signature}`;
  const secretText = secret?.toString("base64url");
  return { alg, size, length: tokens[0].length, jwks, secret: secretText, kid, tokens, forged };
}

function segment(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
