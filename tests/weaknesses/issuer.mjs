// An issuer whose every secret the tests hold, and the means to forge whatever a forger could.
import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { TokenError, createVerifier } from "strongroom/edge";

export const issuer = "https://issuer.example";
export const audience = "https://api.example";

/** The tests' time, in seconds. */
export const NOW = 1_800_000_000;

export const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** A key pair that is a forger's own. */
export const forger = generateKeyPairSync("ec", { namedCurve: "P-256" });

export const jwk = (pair, members) => ({ ...pair.publicKey.export({ format: "jwk" }), ...members });
export const ecJwk = jwk(ec, { kid: "ec", alg: "ES256", use: "sig" });
export const rsaJwk = jwk(rsa, { kid: "rsa", alg: "RS256", use: "sig" });
export const jwks = { keys: [ecJwk, rsaJwk] };

export const CLAIMS = { iss: issuer, aud: audience, exp: NOW + 600, iat: NOW, sub: "user-1" };
export const ES256 = { alg: "ES256", typ: "JWT", kid: "ec" };
export const RS256 = { alg: "RS256", typ: "JWT", kid: "rsa" };

/** Base64url of bytes, of text, or of a value's JSON. */
export const encode = (value) =>
  Buffer.isBuffer(value)
    ? value.toString("base64url")
    : Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** What is signed, for a header and a payload of any kind. */
export const message = (header = ES256, payload = CLAIMS) => `${encode(header)}.${encode(payload)}`;

export const signEs256 = (text, key = ec.privateKey) =>
  signBytes("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
export const signRs256 = (text, key = rsa.privateKey) => signBytes("sha256", Buffer.from(text), key);

/** A message and these bytes as its signature. */
export const join = (text, signature) => `${text}.${encode(signature)}`;

/** A token with that header and payload, whatever they are, truly signed by the P-256 key. */
export const es256 = (header, payload, key) => {
  const text = message(header, payload);
  return join(text, signEs256(text, key));
};

export const rs256 = (header = RS256, payload = CLAIMS, key = rsa.privateKey) => {
  const text = message(header, payload);
  return join(text, signRs256(text, key));
};

/** A truly signed token with changed claims; `undefined` removes one. */
export const withClaims = (changes) => es256(ES256, { ...CLAIMS, ...changes });

/** A truly signed token with changed header parameters. */
export const withHeader = (changes) => es256({ ...ES256, ...changes });

/** A truly signed token whose payload is that text, after a `find` in the good claims' JSON is replaced. */
export const withText = (find, replacement) =>
  es256(ES256, JSON.stringify(CLAIMS).replace(find, replacement));

/** The algorithms that this build verifies, of all that are registered: the more are allowed, the harder the test. */
export const allowed = [
  ..."ES256 ES384 ES512 ES256K RS256 RS384 RS512 PS256 PS384 PS512 EdDSA HS256 HS384 HS512".split(" "),
  ..."ML-DSA-44 ML-DSA-65 ML-DSA-87".split(" "),
].filter((alg) => {
  try {
    createVerifier({ issuer, audience, algorithms: [alg], keys: { jwks } }).verifySync("");
  } catch (error) {
    return error.code !== "config_invalid" || !/algorithms/.test(error.message);
  }
});

/** Who checks the signatures of the verifiers that are made from now on. */
let engine = "auto";
export const use = (named) => (engine = named);

export const verifier = (options) =>
  createVerifier({
    issuer,
    audience,
    algorithms: allowed,
    keys: { jwks },
    engine,
    now: () => NOW,
    ...options,
  });

/** The code that the token is refused with, or `accepted`. */
export function code(token, options) {
  return codeOf(() => verifier(options).verifySync(token));
}

/** The code that `work` is refused with, or `accepted`; a promise of it if `work` gives one. */
export function codeOf(work) {
  const refused = (error) => {
    if (!(error instanceof TokenError)) throw error;
    return error.code;
  };
  try {
    const result = work();
    return typeof result?.then === "function" ? result.then(() => "accepted", refused) : "accepted";
  } catch (error) {
    return refused(error);
  }
}

/** The code for a truly signed token under a key set that holds `key` besides a good one. */
export const codeUnder = (key, token) =>
  code(token, { keys: { jwks: { keys: [{ ...ecJwk, kid: "good" }, key] } } });
