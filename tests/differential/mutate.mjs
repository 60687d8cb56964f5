// Tokens of every kind of wrong: a good one, changed once to five times, sometimes before it is signed and sometimes after.
import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export const issuer = "https://issuer.example";
export const audience = "https://api.example";
export const NOW = 1_800_000_000;

const ec = (namedCurve) => generateKeyPairSync("ec", { namedCurve });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const p1363 = { dsaEncoding: "ieee-p1363" };
export const secret = randomBytes(32);

/** How each algorithm signs. */
const SIGNERS = [
  { alg: "ES256", pair: ec("P-256"), hash: "sha256", options: p1363 },
  { alg: "ES384", pair: ec("P-384"), hash: "sha384", options: p1363 },
  { alg: "ES512", pair: ec("P-521"), hash: "sha512", options: p1363 },
  { alg: "RS256", pair: rsa, hash: "sha256" },
  { alg: "PS256", pair: rsa, hash: "sha256", options: pss },
  { alg: "EdDSA", pair: generateKeyPairSync("ed25519"), hash: null },
  { alg: "HS256", secret },
];

/** What is verified against: one key for each algorithm, `oct` apart. */
export const signers = (algorithms) => SIGNERS.filter(({ alg }) => algorithms.includes(alg));
export const jwkOf = ({ alg, pair }) => ({
  ...pair.publicKey.export({ format: "jwk" }),
  alg,
  kid: alg,
  use: "sig",
});

function signature({ pair, hash, options, secret }, text) {
  if (secret) return createHmac("sha256", secret).update(text).digest();
  return sign(hash, Buffer.from(text), { key: pair.privateKey, ...options });
}

/** A small deterministic source of chance: the same seed, the same tokens. */
export function dice(seed) {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 33n);
  };
  const below = (n) => next() % n;
  return { below, pick: (list) => list[below(list.length)], chance: (percent) => below(100) < percent };
}

const DATES = [
  NOW - 6,
  NOW - 5,
  NOW - 4,
  NOW,
  NOW + 4,
  NOW + 5,
  NOW + 6,
  NOW + 600.5,
  0,
  1,
  -1,
  1e15,
  253402300799,
  253402300800,
];
const STRANGE = [null, true, false, 0, 1, -1, "", "x", [], ["x"], {}, { x: 1 }, String(NOW + 600), [null]];
const value = (d) => (d.chance(50) ? d.pick(STRANGE) : d.pick(DATES));

/** Changes of header and claims as values. */
const OF_VALUES = [
  ({ claims }, d) => (claims[d.pick(["exp", "nbf", "iat"])] = d.chance(70) ? d.pick(DATES) : value(d)),
  ({ claims }, d) => delete claims[d.pick(["iss", "aud", "exp", "iat", "sub"])],
  ({ claims }, d) => (claims[d.pick(["iss", "aud", "sub", "jti", "client_id", "scope"])] = d.pick(STRANGE)),
  ({ claims }, d) =>
    (claims.aud = d.pick([[audience], ["x", audience], [audience, 1], [[audience]], [], `${audience}/`])),
  ({ claims }, d) => (claims.iss = d.pick([[issuer], `${issuer}/`, issuer.toUpperCase(), ""])),
  ({ claims }, d) => (claims.x = "x".repeat(d.pick([10, 1000, 11_000, 13_000]))),
  ({ header }, d) =>
    (header.alg = d.pick(["none", "None", "", "HS256", "RS256", "ES256", "es256", "EdDSA", null, 1])),
  ({ header }, d) =>
    (header.kid = d.pick(["ES256", "RS256", "HS256", "", "x", "__proto__", null, 1, ["ES256"], {}])),
  ({ header }) => delete header.kid,
  ({ header }, d) => (header.typ = d.pick(["JWT", "jwt", "at+jwt", "", null, 1, {}])),
  ({ header }, d) => (header.crit = d.pick([[], ["b64"], ["exp"], ["x", "x"], null, "b64"])),
  ({ header }, d) => (header.b64 = d.pick([true, false, "true", null])),
  ({ header }, d) =>
    (header[d.pick(["enc", "zip", "jwk", "jku", "x5u", "x5c", "p2c", "cty", "x"])] = d.pick(STRANGE)),
  ({ header }, d) => (header.x = "x".repeat(d.pick([10, 1800, 2100]))),
];

/** Changes of a JSON text. */
const OF_TEXTS = [
  (text, d) =>
    text.replace(
      "{",
      `{${d.pick(['"sub":"a",', '"exp":1,', '"alg":"none",', '"x":1,"x":2,', '"\\u0078":1,'])}`,
    ),
  (text, d) => d.pick(["\ufeff", " ", "\n", "\t", "\0", "\u00a0"]) + text,
  (text, d) => text + d.pick([" ", "\n", "x", "{}", "\0", ","]),
  (text, d) =>
    text.replace(/"(sub|alg|iss|kid)"/, (name) =>
      name.replace(/\w(?=")/, (c) => (d, `\\u00${c.charCodeAt(0).toString(16)}`)),
    ),
  (text, d) =>
    text.replace(
      /(?<=:)(\d{10})/,
      d.pick(["$1.0", "$1e0", "0$1", "+$1", "1e999", "-0", "1.8000006e9", "$1e", "18000006e2"]),
    ),
  (text, d) =>
    text.replace("{", `{"n":${"[".repeat(d.pick([1, 30, 31, 32, 200]))}`).replace(/$/, d.pick(["", "]"])),
  (text, d) => {
    const depth = d.pick([3, 31, 32, 33, 100]);
    return text.replace("{", `{"n":${"[".repeat(depth)}${"]".repeat(depth)},`);
  },
  (text, d) =>
    text.replace(
      /"user-1"/,
      d.pick(['"\\ud800"', '"\\ud83d\\ude00"', '"\\x"', '"\n"', "'user-1'", '"\\u0000"', "user"]),
    ),
  (text, d) => text.replace(/}$/, d.pick([",}", "", "]", "}}", ",,}"])),
];

/** Changes of bytes that were a JSON text. */
const OF_BYTES = [
  (bytes, d) => ((bytes[d.below(bytes.length)] = d.below(256)), bytes),
  (bytes, d) => ((bytes[d.below(bytes.length)] ^= 1 << d.below(8)), bytes),
  (bytes, d) =>
    Buffer.concat([
      bytes.subarray(0, 12),
      Buffer.from(d.pick(["ff", "c080", "eda080"]), "hex"),
      bytes.subarray(12),
    ]),
];

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Changes of a segment. */
const OF_SEGMENTS = [
  (text) => `${text}=`,
  (text) => `${text}==`,
  (text, d) =>
    text.slice(0, d.below(text.length + 1)) +
    d.pick([" ", "\n", "!", "=", "+", "/", "\t", "%3D"]) +
    text.slice(3),
  (text, d) => {
    const at = d.below(text.length + 1);
    return text.slice(0, at) + d.pick([" ", "\n", "\r", "\t"]) + text.slice(at);
  },
  (text) => text.replaceAll("-", "+").replaceAll("_", "/"),
  (text, d) => text.slice(0, -1) + d.pick(ALPHABET),
  (text) => text.slice(0, -1),
  (text, d) => text + d.pick(ALPHABET),
  () => "",
];

/** Changes of a signature's bytes. */
const OF_SIGNATURES = [
  (bytes, d) => ((bytes[d.below(bytes.length)] ^= 1 << d.below(8)), bytes),
  (bytes) => Buffer.alloc(bytes.length),
  (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
  (bytes) => Buffer.concat([Buffer.of(0), bytes]),
  (bytes) => bytes.subarray(1),
  (bytes) => bytes.subarray(0, -1),
  (bytes) => Buffer.from(bytes).reverse(),
  () => Buffer.alloc(0),
];

/** Changes of the whole. */
const OF_TOKENS = [
  (token, d) => token + d.pick([".", " ", "\n", ".x", "\0"]),
  (token, d) => d.pick([" ", ".", "\n", "Bearer "]) + token,
  (token) => token.split(".").slice(0, 2).join("."),
  (token) => token.replace(".", ".."),
  (token) => token.split(".").reverse().join("."),
  (token) => `${token}.${token}`,
  (token, d) => token.replace(/\.[^.]*$/, d.pick([".", ".AA", "."])),
];

/** One token: what was done to it, and it. */
export function makeToken(d, all) {
  const signer = d.pick(all);
  const header = { alg: signer.alg, typ: "JWT", kid: signer.alg };
  const claims = { iss: issuer, aud: audience, exp: NOW + 600, iat: NOW, sub: "user-1" };
  const many = (percent, work) => {
    for (let i = 0; i < 3 && d.chance(percent); i += 1) work();
  };
  many(45, () => d.pick(OF_VALUES)({ header, claims }, d));
  const texts = [JSON.stringify(header), JSON.stringify(claims)];
  many(25, () => {
    const at = d.below(2);
    texts[at] = d.pick(OF_TEXTS)(texts[at], d);
  });
  const bytes = texts.map((text) => Buffer.from(text));
  many(10, () => {
    const at = d.below(2);
    if (bytes[at].length > 0) bytes[at] = d.pick(OF_BYTES)(bytes[at], d);
  });
  const segments = bytes.map((part) => part.toString("base64url"));
  many(10, () => {
    const at = d.below(2);
    segments[at] = d.pick(OF_SEGMENTS)(segments[at], d);
  });
  const message = segments.join(".");
  let own = signature(d.chance(95) ? signer : d.pick(all), message);
  many(10, () => (own = own.length > 0 ? d.pick(OF_SIGNATURES)(own, d) : own));
  let last = own.toString("base64url");
  many(8, () => (last = d.pick(OF_SEGMENTS)(last, d)));
  let token = `${message}.${last}`;
  many(6, () => (token = d.pick(OF_TOKENS)(token, d)));
  return token;
}
