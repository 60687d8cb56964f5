/**
 * Rate limits, through an interface that a runtime's own limiter fits. A request that is too many is told when to come back; it
 * changes nothing, and nobody is logged out. A limiter that fails limits nothing: it is no part of what keeps a session safe.
 */
import type { Context } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import { wrong } from "./options.ts";

/** Counts. Cloudflare's rate limiting binding has this shape. */
export interface RateLimiter {
  /** Takes one more for `key`. `retryAfter`: seconds until there is room again. */
  limit(options: { key: string }): Promise<{ success: boolean; retryAfter?: number }>;
}

/** What is limited. Logging out never is. */
export interface RateLimits {
  /** Of one session: `/refresh` and `/session`. */
  session?: RateLimiter;
  /** Of one address: every route but `/logout`. Needs `addressOf`. */
  address?: RateLimiter;
  /** Where a request comes from. Only the host knows which header its own proxy sets, and that no client can. */
  addressOf?: (request: Request) => string | undefined;
}

/** Throws `rate_limited` if this address has come too often. */
export async function limitAddress({ options }: Context, request: Request): Promise<void> {
  const { address, addressOf } = options.limits ?? {};
  if (!address || !addressOf) return;
  let key: string | undefined;
  try {
    key = addressOf(request);
  } catch {
    return;
  }
  if (key !== undefined) await take(address, `address:${key}`);
}

/** Throws `rate_limited` if this session has. */
export async function limitSession({ options }: Context, family: string): Promise<void> {
  const limiter = options.limits?.session;
  if (limiter) await take(limiter, `session:${family}`);
}

const RETRY_AFTER = 10;

async function take(limiter: RateLimiter, key: string): Promise<void> {
  const taken = await (async () => limiter.limit({ key }))().catch(() => undefined);
  if (!taken || taken.success) return;
  const retryAfter = Math.max(1, Math.ceil(taken.retryAfter || RETRY_AFTER));
  throw new EndpointsError("rate_limited", { retryAfter });
}

/** The most keys that `memoryLimiter` keeps. */
const MOST_KEYS = 10_000;

/**
 * A limiter in this process's memory: `requests` at once, and as many again in `seconds`. For one process; several each count for
 * themselves.
 *
 * @example
 * ```ts
 * import { memoryLimiter } from "strongroom/endpoints";
 *
 * const limits = { session: memoryLimiter({ requests: 60, seconds: 60 }) };
 * ```
 */
export function memoryLimiter(options: {
  requests: number;
  seconds: number;
  now?: () => number;
}): RateLimiter {
  const { requests, seconds, now = Date.now } = options;
  if (!(requests >= 1) || !(seconds > 0) || !Number.isFinite(requests / seconds))
    throw wrong("memoryLimiter: requests, at least 1, and seconds are needed");
  const perMillisecond = requests / (seconds * 1000);
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    async limit({ key }) {
      const at = now();
      const bucket = buckets.get(key) ?? { left: requests, at };
      const left = Math.min(requests, bucket.left + Math.max(0, at - bucket.at) * perMillisecond);
      const success = left >= 1;
      // The key used last goes to the end: those at the front are forgotten first.
      buckets.delete(key);
      buckets.set(key, { left: success ? left - 1 : left, at });
      for (const [oldest] of buckets) {
        if (buckets.size <= MOST_KEYS) break;
        buckets.delete(oldest);
      }
      return success ? { success } : { success, retryAfter: (1 - left) / perMillisecond / 1000 };
    },
  };
}
