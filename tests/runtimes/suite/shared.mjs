// What the tests of every runtime share: an issuer whose tokens jose makes, and small assertions.
import * as jose from "jose";
import { TokenError, createVerifier } from "strongroom/edge";

export const issuer = "https://issuer.example";
export const audience = "https://api.example";
export const algorithms = ["ES256", "RS256"];

/** A key pair of jose's that may be exported. WebKitGTK fails to make one Ed25519 key in 110: another is asked for. */
export async function makePair(alg) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await jose.generateKeyPair(alg, { extractable: true });
    } catch (error) {
      if (attempt === 8 || error?.name !== "OperationError") throw error;
    }
  }
}

/** An issuer with one key of each algorithm, made by jose. */
export async function makeIssuer() {
  const keys = {};
  for (const alg of algorithms) {
    const { publicKey, privateKey } = await makePair(alg);
    const jwk = { ...(await jose.exportJWK(publicKey)), alg, kid: `key-${alg}`, use: "sig" };
    keys[alg] = { privateKey, jwk };
  }
  const jwks = { keys: Object.values(keys).map(({ jwk }) => jwk) };
  const token = (alg = "ES256", claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuer, aud: audience, sub: "user-1", iat: now, exp: now + 600, ...claims };
    return new jose.SignJWT(JSON.parse(JSON.stringify(payload)))
      .setProtectedHeader({ alg, kid: `key-${alg}`, typ: "JWT", ...header })
      .sign(keys[alg].privateKey);
  };
  return { keys, jwks, token };
}

let made;
export const theIssuer = () => (made ??= makeIssuer());

export const verifierFor = (options) => createVerifier({ issuer, audience, algorithms, ...options });

export function assert(condition, message = "assertion failed") {
  if (!condition) throw new Error(message);
}

export function equal(actual, expected, message = "") {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${message} expected ${b}, got ${a}`.trim());
}

/** The code that `work` is refused with, or `accepted`. */
export async function codeOf(work) {
  try {
    await work();
    return "accepted";
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.code;
  }
}

export const bearer = (token) =>
  new Request("https://api.example/", { headers: { authorization: `Bearer ${token}` } });
