// What is changed in the provider's answers, and what must come of it: `[name, { path, change }, code, options]`.
import { decodeJwt } from "jose";
import { createHmac } from "node:crypto";
import { json } from "./proxy.mjs";

const part = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);
const whole = (fields) => ({ change: (answer) => ({ ...answer, ...fields }) });
const html = whole({ headers: { "content-type": "text/html" }, body: "<h1>Maintenance</h1>" });
const elsewhere = (status) => whole({ status, headers: { location: "https://evil.example/" }, body: "" });
const endless = whole({ headers: { "content-type": "application/json" }, endless: true });
const members = (fields) => ({ change: (answer) => json(answer, (body) => ({ ...body, ...fields(body) })) });

/** The token endpoint's answer with another id token, made from the genuine one. */
const idToken = (make) => ({
  change: async (answer, proxy) => {
    const body = JSON.parse(answer.body);
    return { ...answer, body: JSON.stringify({ ...body, id_token: await make(body.id_token, proxy) }) };
  },
});
/** A good signature of the proxy's key under other claims. */
const claims = (change) => idToken((token, proxy) => proxy.sign(token, change(decodeJwt(token))));
const header = (parameters, key) =>
  idToken((token, proxy) => proxy.sign(token, {}, { header: parameters, key: key?.(proxy) }));
const hmac = (secretOf) =>
  idToken(async (token, proxy) => {
    const input = `${part({ alg: "HS256", kid: "proxy" })}.${token.split(".")[1]}`;
    return `${input}.${createHmac("sha256", await secretOf(proxy))
      .update(input)
      .digest("base64url")}`;
  });

/** Of the token endpoint's answer to a code. */
export const TOKEN = [
  ["iss of another", claims(() => ({ iss: "https://evil.example" })), "issuer_mismatch"],
  ["iss with a slash more", claims(({ iss }) => ({ iss: `${iss}/` })), "issuer_mismatch"],
  ["no iss", claims(() => ({ iss: undefined })), "id_token_invalid"],
  ["nonce of another", claims(() => ({ nonce: "AAAAAAAAAAAAAAAAAAAAAA" })), "nonce_mismatch"],
  ["no nonce", claims(() => ({ nonce: undefined })), "id_token_invalid"],
  ["aud of another", claims(() => ({ aud: "another-client" })), "id_token_invalid"],
  ["aud with a stranger", claims(({ aud }) => ({ aud: [aud, "another-client"] })), "id_token_invalid"],
  ["no aud", claims(() => ({ aud: undefined })), "id_token_invalid"],
  ["azp of another", claims(() => ({ azp: "another-client" })), "id_token_invalid"],
  ["exp is past", claims(() => ({ exp: seconds() - 120 })), "id_token_invalid"],
  ["no exp", claims(() => ({ exp: undefined })), "id_token_invalid"],
  ["exp is text", claims(({ exp }) => ({ exp: String(exp) })), "id_token_invalid"],
  ["no iat", claims(() => ({ iat: undefined })), "id_token_invalid"],
  ["iat an hour ahead", claims(() => ({ iat: seconds() + 3600 })), "id_token_invalid"],
  ["iat an hour ago", claims(() => ({ iat: seconds() - 3600 })), "id_token_invalid"],
  ["nbf an hour ahead", claims(() => ({ nbf: seconds() + 3600 })), "id_token_invalid"],
  ["no sub", claims(() => ({ sub: undefined })), "id_token_invalid"],
  ["at_hash of another token", claims(() => ({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" })), "id_token_invalid"],
  ["auth_time is text", claims(() => ({ auth_time: "now" })), "id_token_invalid"],
  [
    "auth_time too old",
    claims(() => ({ auth_time: seconds() - 3600 })),
    "id_token_invalid",
    { query: { max_age: "60" } },
  ],
  [
    "auth_time missing",
    claims(() => ({ auth_time: undefined })),
    "id_token_invalid",
    { query: { max_age: "60" } },
  ],
  ["alg none", idToken((token) => `${part({ alg: "none" })}.${token.split(".")[1]}.`), "id_token_invalid"],
  ["HS256 by the client's secret", hmac(({ secret }) => secret), "id_token_invalid"],
  ["HS256 by the public key", hmac(({ jwk }) => JSON.stringify(jwk)), "id_token_invalid"],
  ["a signature flipped", idToken((token) => flipped(token)), "id_token_invalid"],
  ["a signature left away", idToken((token) => token.replace(/[^.]+$/, "")), "id_token_invalid"],
  ["another subject under the old signature", idToken((token) => renamed(token)), "id_token_invalid"],
  ["a foreign key", header({}, ({ foreign }) => foreign), "id_token_invalid"],
  [
    "a foreign key brought along",
    header({ jwk: { kty: "EC" }, jku: "https://evil.example" }, ({ foreign }) => foreign),
    "id_token_invalid",
  ],
  ["another kid", header({ kid: "nobody" }), "id_token_invalid"],
  ["a critical parameter", header({ crit: ["b2b"], b2b: true }), "provider_refused"],
  ["no id token", members(() => ({ id_token: undefined })), "id_token_invalid"],
  ["an id token that is none", members(() => ({ id_token: "x" })), "id_token_invalid"],
  ["token_type mac", members(() => ({ token_type: "mac" })), "provider_refused"],
  ["token_type DPoP", members(() => ({ token_type: "DPoP" })), "provider_refused"],
  ["no token_type", members(() => ({ token_type: undefined })), "provider_refused"],
  ["expires_in a word", members(() => ({ expires_in: "soon" })), "provider_refused"],
  ["expires_in negative", members(() => ({ expires_in: -1 })), "provider_refused"],
  ["expires_in nothing", members(() => ({ expires_in: 0 })), "provider_refused"],
  ["expires_in an object", members(() => ({ expires_in: {} })), "provider_refused"],
  ["no access token", members(() => ({ access_token: undefined })), "provider_refused"],
  ["access token a number", members(() => ({ access_token: 7 })), "provider_refused"],
  ["scope a number", members(() => ({ scope: 7 })), "provider_refused"],
  ["HTML", html, "provider_refused"],
  ["a list", whole({ body: "[]" }), "provider_refused"],
  ["half a document", whole({ body: '{"access_token":"x"' }), "provider_refused"],
  ["a body without end", endless, "provider_unreachable"],
  ["no answer", whole({ hang: true }), "provider_unreachable", { timeoutSeconds: 2 }],
  ["a redirect", elsewhere(307), "provider_refused"],
  ["201", whole({ status: 201 }), "provider_refused"],
  ["500", whole({ status: 500, body: "{}" }), "provider_unreachable"],
  ["429", whole({ status: 429, body: "{}" }), "provider_unreachable"],
  ["an error", whole({ status: 400, body: '{"error":"invalid_grant"}' }), "provider_refused"],
].map(([name, rule, ...rest]) => [`token: ${name}`, { path: "/token", ...rule }, ...rest]);

const plain = (url) => url.replace("https:", "http:");

/** Of the metadata: the login does not even begin, or not end. */
export const METADATA = [
  ["issuer of another", members(() => ({ issuer: "https://evil.example" })), "issuer_mismatch"],
  ["no issuer", members(() => ({ issuer: undefined })), "provider_refused"],
  [
    "authorization over http",
    members((body) => ({ authorization_endpoint: plain(body.authorization_endpoint) })),
    "provider_refused",
  ],
  [
    "authorization by a script",
    members(() => ({ authorization_endpoint: "javascript:alert(1)" })),
    "provider_refused",
  ],
  ["no authorization endpoint", members(() => ({ authorization_endpoint: undefined })), "provider_refused"],
  [
    "pushed requests over http",
    members((body) => ({
      pushed_authorization_request_endpoint: plain(body.pushed_authorization_request_endpoint),
    })),
    "provider_refused",
  ],
  [
    "tokens over http",
    members((body) => ({ token_endpoint: plain(body.token_endpoint) })),
    "provider_refused",
  ],
  ["no token endpoint", members(() => ({ token_endpoint: undefined })), "provider_refused"],
  ["keys over http", members((body) => ({ jwks_uri: plain(body.jwks_uri) })), "provider_refused"],
  ["no keys", members(() => ({ jwks_uri: undefined })), "provider_refused"],
  ["HTML", html, "provider_refused"],
  ["a body without end", endless, "provider_unreachable"],
  ["a redirect", elsewhere(302), "provider_refused"],
  ["no answer", whole({ hang: true }), "provider_unreachable", { timeoutSeconds: 2 }],
].map(([name, rule, ...rest]) => [
  `metadata: ${name}`,
  { path: "/.well-known/openid-configuration", ...rule },
  ...rest,
]);

/** Of the key set. */
export const KEYS = [
  ["empty", members(() => ({ keys: [] })), "id_token_invalid"],
  [
    "only others",
    members(({ keys }) => ({ keys: keys.map((key) => ({ ...key, kid: "x" })) })),
    "id_token_invalid",
  ],
  [
    "for encryption",
    members(({ keys }) => ({ keys: keys.map((key) => ({ ...key, use: "enc" })) })),
    "id_token_invalid",
  ],
  ["no list", members(() => ({ keys: {} })), "provider_refused"],
  ["HTML", html, "provider_refused"],
  ["a body without end", endless, "provider_unreachable"],
  ["a redirect", elsewhere(301), "provider_refused"],
].map(([name, rule, ...rest]) => [`keys: ${name}`, { path: "/jwks", ...rule }, ...rest]);

/** Of the answer to a pushed request. */
export const PUSHED = [
  ["no request_uri", members(() => ({ request_uri: undefined })), "provider_refused"],
  ["expires_in a word", members(() => ({ expires_in: "soon" })), "provider_refused"],
  ["HTML", html, "provider_refused"],
  ["a redirect", elsewhere(302), "provider_refused"],
  ["an error", whole({ status: 400, body: '{"error":"invalid_request"}' }), "provider_refused"],
].map(([name, rule, ...rest]) => [`pushed: ${name}`, { path: "/request", ...rule }, ...rest]);

/** Of the answer to a refresh token: the session goes on without a token. */
export const REFRESH = [
  ["another's id token", idTokenOf({ sub: "mallory" }), "provider_refused"],
  ["more scope than asked", members(() => ({ scope: "read write admin" })), "provider_refused"],
  ["token_type mac", members(() => ({ token_type: "mac" })), "provider_unreachable"],
  ["token_type DPoP", members(() => ({ token_type: "DPoP" })), "provider_refused"],
  ["expires_in a word", members(() => ({ expires_in: "soon" })), "provider_unreachable"],
  ["expires_in nothing", members(() => ({ expires_in: 0 })), "provider_refused"],
  ["no access token", members(() => ({ access_token: undefined })), "provider_unreachable"],
  ["HTML", html, "provider_unreachable"],
  ["a body without end", endless, "provider_unreachable"],
  ["a redirect", elsewhere(307), "provider_unreachable"],
  ["500", whole({ status: 500, body: "{}" }), "provider_unreachable"],
  ["503", whole({ status: 503, body: "{}" }), "provider_unreachable"],
  ["invalid_target", whole({ status: 400, body: '{"error":"invalid_target"}' }), "provider_refused"],
  ["invalid_grant", whole({ status: 400, body: '{"error":"invalid_grant"}' }), "reauth_required"],
].map(([name, rule, ...rest]) => [`refresh: ${name}`, { path: "/token", ...rule }, ...rest]);

function idTokenOf(changed) {
  const base = (proxy) => ({
    iss: proxy.issuer,
    aud: "strongroom-inpage",
    iat: seconds(),
    exp: seconds() + 60,
  });
  return idToken((_token, proxy) => proxy.sign(undefined, { ...base(proxy), ...changed }));
}

function flipped(token) {
  const [protectedHeader, payload, signature] = token.split(".");
  return [protectedHeader, payload, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join(".");
}

function renamed(token) {
  const [protectedHeader, , signature] = token.split(".");
  return [protectedHeader, part({ ...decodeJwt(token), sub: "mallory" }), signature].join(".");
}
