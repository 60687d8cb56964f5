/**
 * Caches that isolates share, so that a cold isolate need not ask the key server. **Who can write to one can forge tokens**: use
 * one that belongs to your own workers alone. That is why there is none by default.
 */
import { MAX_BYTES, readBounded } from "./document.ts";

/** A key server's answer, and when it came. */
export interface KeyCopy {
  /** The JWKS document. */
  readonly body: Uint8Array;
  /** The answer's `Cache-Control`. */
  readonly cacheControl: string | undefined;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
}

/**
 * Keeps copies of key sets for other isolates. What it gives is held to the rules of a fetch: size, freshness, 24 hours at
 * most, all counted from `fetchedAt`. It may lose anything at any time, and may fail.
 */
export interface KeyCache {
  get(name: string): Promise<KeyCopy | undefined>;
  put(name: string, copy: KeyCopy): Promise<void>;
}

/** Seconds after which no copy is of use: the core's hard ceiling. */
const CEILING = 24 * 60 * 60;

const FETCHED_AT = "strongroom-fetched-at";
const CACHE_CONTROL = "strongroom-cache-control";

/** As much as is used of the `caches` of workerd, Deno and browsers. */
interface HttpCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

/**
 * The runtime's own cache (`caches.default` on Cloudflare, one for each data centre; else `caches.open`), or the one given. On
 * Cloudflare, every worker of the same zone shares it.
 *
 * ```ts
 * import { cacheApi, createVerifier } from "strongroom/edge";
 * const verifier = createVerifier({ ...options, keys: { jwksUrl, cache: cacheApi() } });
 * ```
 */
export function cacheApi(cache?: HttpCache): KeyCache {
  // Not before it is used: no I/O is allowed at module scope in a Worker.
  const open = async (): Promise<HttpCache> => {
    if (cache) return cache;
    const { default: own } = caches as CacheStorage & { readonly default?: HttpCache };
    return own ?? caches.open("strongroom-keys");
  };
  // A name of its own, so that no other use of the same cache can be taken for a key set.
  const url = (name: string) => `https://strongroom.invalid/keys?of=${encodeURIComponent(name)}`;
  return {
    async get(name) {
      const response = await (await open()).match(url(name));
      const fetchedAt = Number(response?.headers.get(FETCHED_AT) ?? Number.NaN);
      const body = response && (await readBounded(response));
      return body && { body, fetchedAt, cacheControl: response.headers.get(CACHE_CONTROL) ?? undefined };
    },
    async put(name, { body, cacheControl, fetchedAt }) {
      const headers = new Headers({ "cache-control": `max-age=${CEILING}`, [FETCHED_AT]: String(fetchedAt) });
      if (cacheControl !== undefined) headers.set(CACHE_CONTROL, cacheControl);
      await (await open()).put(url(name), new Response(body.slice(), { headers }));
    },
  };
}

/** As much as is used of a Workers KV namespace. */
export interface KeyValueNamespace {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

/**
 * A Workers KV namespace, shared by every data centre.
 *
 * ```ts
 * import { env } from "cloudflare:workers";
 * import { createVerifier, kvCache } from "strongroom/edge";
 * const verifier = createVerifier({ ...options, keys: { jwksUrl, cache: kvCache(env.KEYS) } });
 * ```
 */
export function kvCache(namespace: KeyValueNamespace): KeyCache {
  const key = (name: string) => `strongroom:keys:${name}`;
  return {
    async get(name) {
      const text = await namespace.get(key(name));
      // The document's quotation marks are escaped.
      if (text === null || text.length > 2 * MAX_BYTES) return undefined;
      const { document, cacheControl, fetchedAt } = JSON.parse(text);
      if (typeof document !== "string" || typeof fetchedAt !== "number") return undefined;
      const control = typeof cacheControl === "string" ? cacheControl : undefined;
      return { body: new TextEncoder().encode(document), cacheControl: control, fetchedAt };
    },
    async put(name, { body, cacheControl, fetchedAt }) {
      const document = new TextDecoder("utf-8", { fatal: true }).decode(body);
      const value = JSON.stringify({ document, cacheControl, fetchedAt });
      await namespace.put(key(name), value, { expirationTtl: CEILING });
    },
  };
}
