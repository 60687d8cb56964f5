/**
 * What of a configuration is refused, with what to do about it: a misspelled limit would be no limit, and a life of NaN seconds a
 * session that has ended. Said on the first request, before anything is answered.
 */
import type { EndpointsOptions, SessionOptions } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import type { RateLimits } from "./limits.ts";
import type { Resource } from "./provider.ts";
import type { Store } from "../stores/store.ts";

/** Every option. The compiler sees to it that none is missing. */
const OPTIONS: Record<keyof EndpointsOptions, true> = {
  origins: true,
  apps: true,
  provider: true,
  store: true,
  secrets: true,
  path: true,
  session: true,
  onSession: true,
  onOutcome: true,
  onFault: true,
  limits: true,
  tracer: true,
  timing: true,
};
const SESSION: Record<keyof SessionOptions, true> = { idleSeconds: true, absoluteSeconds: true, limit: true };
const LIMITS: Record<keyof RateLimits, true> = { session: true, address: true, addressOf: true };
const RESOURCE: Record<keyof Resource, true> = { audience: true, scope: true, offlineAccess: true };
const STORE: Record<keyof Store, true> = {
  ...{ now: true, create: true, load: true, cas: true, revoke: true, revokeSubject: true },
  ...{ deleteSubject: true, list: true, putOnce: true, get: true, put: true },
};

/** A hundred years in seconds: longer lives are mistakes, or milliseconds. */
const MOST_SECONDS = 100 * 365 * 24 * 60 * 60;
/** Databases count in 32 bits. */
const MOST = 2 ** 31 - 1;

/** What a wrong configuration throws. */
export function wrong(message: string): EndpointsError {
  return new EndpointsError("config_invalid", { message });
}

/** Throws `config_invalid` for what would show late or never. */
export function checkOptions(options: EndpointsOptions): void {
  knowsAll("createEndpoints", options, OPTIONS);
  const { origins, apps = [], path = "/auth", provider, store, secrets, session = {}, limits } = options;
  if (!Array.isArray(origins) || origins.length === 0) throw wrong("origins: none given");
  if (!Array.isArray(apps)) throw wrong("apps: not a list");
  for (const origin of [...origins, ...apps]) {
    if (!isSecureOrigin(origin)) throw wrong(`not an exact https origin: ${String(origin)}`);
  }
  const both = apps.find((app) => origins.includes(app));
  if (both !== undefined)
    throw wrong(`apps: ${both} is one of origins too; the app's own pages must not call the endpoints`);
  if (typeof path !== "string" || !/^(\/[\w.-]+)*$/.test(path)) throw wrong("path: must be like /auth");
  if (!isObject(provider)) throw wrong("provider: none given; oidc() and issuer() make one");
  const missing = Object.keys(STORE).find(
    (name) => typeof (store as Partial<Store>)?.[name as keyof Store] !== "function",
  );
  if (missing) throw wrong(`store: has no method ${missing}; strongroom/stores/… has stores`);
  checkSecrets(secrets);
  checkSession(session);
  if (limits !== undefined) checkLimits(limits);
  for (const name of ["onSession", "onOutcome", "onFault"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function")
      throw wrong(`${name}: not a function`);
  }
  if (options.timing !== undefined) {
    const { timeout, overlap, rest, late } = options.timing;
    if (![timeout, overlap, rest, late].every(Number.isFinite))
      throw wrong("timing: needs all four, in milliseconds");
  }
}

function checkSecrets(secrets: unknown): void {
  const isSecret = (secret: unknown) => typeof secret === "string" && /^[\w-]{43,}$/.test(secret);
  if (!Array.isArray(secrets) || secrets.length === 0 || !secrets.every(isSecret)) {
    throw wrong(
      "secrets: a list is needed, each at least 32 random bytes as base64url without padding: " +
        `node -p 'crypto.randomBytes(32).toString("base64url")'`,
    );
  }
}

function checkSession(session: SessionOptions): void {
  knowsAll("session", session, SESSION);
  const { idleSeconds = 1, absoluteSeconds = 1, limit = 1 } = session;
  for (const [name, seconds] of Object.entries({ idleSeconds, absoluteSeconds })) {
    if (!isWhole(seconds, MOST_SECONDS)) throw wrong(`session.${name}: a whole number of seconds is needed`);
  }
  if (!isWhole(limit, MOST)) throw wrong("session.limit: a whole number of at least 1 is needed");
}

function checkLimits(limits: RateLimits): void {
  knowsAll("limits", limits, LIMITS);
  const { session, address, addressOf } = limits;
  for (const [name, limiter] of Object.entries({ session, address })) {
    if (limiter !== undefined && typeof (limiter as { limit?: unknown } | null)?.limit !== "function")
      throw wrong(`limits.${name}: not a limiter: it needs a method limit`);
  }
  if ((address === undefined) !== (addressOf === undefined))
    throw wrong("limits: address and addressOf need each other; one alone limits nothing");
  if (addressOf !== undefined && typeof addressOf !== "function")
    throw wrong("limits.addressOf: not a function");
}

/** The resources of `oidc` and of `issuer`. */
export function checkResources(resources: readonly Resource[]): void {
  if (!Array.isArray(resources) || resources.length === 0) throw wrong("resources: none given");
  const seen = new Set<string>();
  for (const resource of resources as Resource[]) {
    knowsAll("resources", resource, RESOURCE);
    const { audience, scope, offlineAccess } = resource;
    if (!isText(audience)) throw wrong("resources: one has no audience");
    if (seen.has(audience)) throw wrong(`resources: ${audience} is there twice; list its scopes in one`);
    seen.add(audience);
    // The characters of RFC 6749 §3.3.
    if (typeof scope !== "string" || !/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope))
      throw wrong(`resources: the scope of ${audience} must be names with a space between them`);
    if (offlineAccess !== undefined && typeof offlineAccess !== "boolean")
      throw wrong(`resources: offlineAccess of ${audience} must be true or false`);
  }
}

/** Throws for a name that nothing knows. */
export function knowsAll(of: string, value: object, known: Record<string, true>): void {
  if (!isObject(value)) throw wrong(`${of}: an object is needed`);
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) throw wrong(`${of} has no option ${JSON.stringify(unknown.slice(0, 40))}`);
}

/** A text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** An address of https, or of this machine. */
export function isSecureUrl(text: unknown): text is string {
  if (typeof text !== "string" || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const loopback = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return protocol === "https:" || (protocol === "http:" && loopback);
}

/** Exact, as browsers write it. `*` may stand in a URL, but patterns are how other people's origins get in. */
function isSecureOrigin(text: unknown): boolean {
  return isSecureUrl(text) && new URL(text).origin === text && !text.includes("*");
}

function isWhole(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
