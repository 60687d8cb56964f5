/** Checks the options at construction, without the wasm, and translates them for the core. */
import { configInvalid } from "./errors.ts";
import { base64url } from "../keys/base64url.ts";
import type { HmacSecret, VerifierOptions } from "./types.ts";

/** Throws `config_invalid` for what would otherwise only show with the first token. */
export function checkOptions(options: VerifierOptions): void {
  if (typeof options !== "object" || options === null)
    throw configInvalid("createVerifier needs an options object");
  // A misspelled demand would be no demand.
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(OPTIONS, name)) throw configInvalid(`createVerifier has no option ${quote(name)}`);
  }
  const { issuer, audience, algorithms, keys } = options;
  if (typeof issuer !== "string" || issuer === "") throw configInvalid("issuer must be a non-empty string");
  const audiences = Array.isArray(audience) ? audience : [audience];
  if (audiences.length === 0 || audiences.some((entry) => typeof entry !== "string" || entry === "")) {
    throw configInvalid("audience must be a non-empty string or a list of them");
  }
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw configInvalid('algorithms must list what is allowed, for example ["ES256"]');
  }
  const sources = typeof keys === "object" && keys !== null ? SOURCES.filter((source) => source in keys) : [];
  if (sources.length !== 1) throw configInvalid(`keys must have one of ${SOURCES.join(", ")}`);
  for (const name of Object.keys(keys)) {
    const fits = SOURCES.includes(name) || (name === "cache" && ("jwksUrl" in keys || "discover" in keys));
    if (!fits) throw configInvalid(`these keys have no option ${quote(name)}`);
  }
  if ("jwksUrl" in keys) secureUrl(keys.jwksUrl);
  if ("discover" in keys) {
    if (keys.discover !== true) throw configInvalid("keys.discover must be true");
    secureUrl(issuer);
  }
  if ("cache" in keys && keys.cache !== undefined && !isCaches(keys.cache)) {
    throw configInvalid("keys.cache must be a cache with get and put, or a list of them");
  }
  checkCache(options.cache);
  if (options.engine !== undefined && !["auto", "native", "wasm"].includes(options.engine)) {
    throw configInvalid('engine must be "auto", "native" or "wasm"');
  }
  if ("secrets" in keys && !isSecrets(keys.secrets)) {
    throw configInvalid("keys.secrets must be a list of { kid, secret }, the secret bytes or a text");
  }
}

function checkCache(cache: unknown): void {
  if (cache === undefined || cache === false) return;
  const max: unknown = typeof cache === "object" && cache !== null && "max" in cache ? cache.max : undefined;
  if (!Number.isSafeInteger(max) || (max as number) < 1) {
    throw configInvalid("cache must be false, or { max } with a whole number of at least 1");
  }
}

const SOURCES = ["jwksUrl", "discover", "jwks", "secrets"];

/** Every option. The compiler sees to it that none is missing. */
const OPTIONS: Record<keyof VerifierOptions, true> = {
  issuer: true,
  audience: true,
  algorithms: true,
  keys: true,
  clockTolerance: true,
  maxTokenAge: true,
  type: true,
  profile: true,
  requiredClaims: true,
  requiredScopes: true,
  kids: true,
  maxTokenSize: true,
  maxKeys: true,
  quirks: true,
  cache: true,
  engine: true,
  waitUntil: true,
  fetch: true,
  now: true,
};

/** The name of an option is the program's own; a text of any length is not. */
function quote(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

function isCaches(caches: unknown): boolean {
  const isCache = (cache: unknown) =>
    typeof cache === "object" && cache !== null && "get" in cache && "put" in cache;
  return Array.isArray(caches) ? caches.every(isCache) : isCache(caches);
}

function isSecrets(secrets: unknown): secrets is readonly HmacSecret[] {
  const isSecret = (value: unknown) => typeof value === "string" || value instanceof Uint8Array;
  return (
    Array.isArray(secrets) && secrets.every((entry) => isSecret((entry as HmacSecret | undefined)?.secret))
  );
}

/** A URL that keys may be fetched from: https, or http on loopback; without credentials. */
export function secureUrl(text: unknown): URL {
  let url: URL;
  try {
    url = new URL(String(text));
  } catch {
    throw configInvalid("the keys' URL is not a URL");
  }
  const loopback = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw configInvalid("the keys' URL must be https (http is accepted on loopback only)");
  }
  if (url.username !== "" || url.password !== "")
    throw configInvalid("the keys' URL must not hold credentials");
  return url;
}

/** The options as the core reads them. */
export function coreConfig(options: VerifierOptions): string {
  const { issuer, audience, algorithms, keys, clockTolerance, maxTokenAge, type } = options;
  const { profile, requiredClaims, requiredScopes, kids, maxTokenSize, maxKeys, quirks } = options;
  return JSON.stringify({
    issuer,
    audience: Array.isArray(audience) ? audience : [audience],
    algorithms,
    jwks: "jwks" in keys ? JSON.stringify(keys.jwks) : undefined,
    secrets: "secrets" in keys ? keys.secrets.map(coreSecret) : undefined,
    clockTolerance,
    maxTokenAge,
    type,
    profile,
    requiredClaims,
    requiredScopes,
    kids,
    maxTokenSize,
    maxKeys,
    quirks,
  });
}

function coreSecret({ kid, secret, algorithm }: HmacSecret): object {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  return { kid, algorithm, secret: base64url(bytes) };
}
