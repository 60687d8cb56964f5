/** The configured parts that every handler uses. */
import type { Core, Decision, Outcome, Timing } from "./core.ts";
import type { RateLimits } from "./limits.ts";
import type { Provider } from "./provider.ts";
import type { Sealer } from "./seal.ts";
import type { Tracer } from "./telemetry.ts";
import type { Change, SessionRow, Store } from "../stores/store.ts";
import { toBase64url, utf8 } from "./encoding.ts";
import { EndpointsError } from "./errors.ts";
import type { EndpointsErrorCode } from "./errors.ts";

/** What `createEndpoints` takes. */
export interface EndpointsOptions {
  /**
   * The exact origins whose pages may call the endpoints, and that they are served from. In isolated mode the vault's
   * own origin and nothing else.
   */
  origins: string[];
  /** Isolated mode: the origins of the apps. `return_to` may lead to them; they may not call the endpoints. */
  apps?: string[];
  provider: Provider;
  store: Store;
  /**
   * Base64url, at least 32 bytes each: new values use the first, old ones may use any. Add a new one at the end, and put
   * it first when it is known everywhere.
   */
  secrets: string[];
  /** Where the routes are mounted. Default `/auth`. */
  path?: string;
  session?: SessionOptions;
  /**
   * Called at login with the verified claims of the id token, and whenever the provider has renewed a token; gives the claims that the
   * page may see. Keep them few. What it throws at login keeps the session from opening. At a refresh nobody can be sent
   * anywhere: throw `new EndpointsError("reauth_required")` where the user has to come back.
   */
  onSession?: (event: SessionEvent) => Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Told of each refresh that reached a session, beside the answer. */
  onOutcome?: (event: OutcomeEvent) => void | Promise<void>;
  /**
   * Told why a request failed for the store's or the provider's sake, beside the answer: browsers are only shown a code. Log it, or
   * nobody will know that a table is missing or a client secret wrong.
   */
  onFault?: (event: FaultEvent) => void | Promise<void>;
  /** How often a session or an address may come. Default: as often as it likes. */
  limits?: RateLimits;
  /** Gets a span for each request: `trace.getTracer("app")` of `@opentelemetry/api`. */
  tracer?: Tracer;
  /** The rotation's constants: only for tests that cannot wait minutes. */
  timing?: Timing;
}

/** Lifetimes of sessions, and how many of them. */
export interface SessionOptions {
  /** Seconds without a refresh after which a session ends. Default 7 days. */
  idleSeconds?: number;
  /** Seconds after login at which it ends at the latest. Default 30 days. */
  absoluteSeconds?: number;
  /** Live sessions per subject and application; the oldest give way. Default 200. */
  limit?: number;
}

/** What `onSession` is told. */
export interface SessionEvent {
  reason: "login" | "refresh";
  subject: string;
  /** Of the id token. Empty at a refresh for which the provider gave none. */
  claims: Record<string, unknown>;
  /** What the page has seen until now; empty at login. */
  shown: Record<string, unknown>;
}

/** What `onOutcome` is told: no token, no cookie. Of `session` only alerts. */
export interface OutcomeEvent {
  route: "refresh" | "session";
  outcome: Outcome;
  /** The session's public id. */
  session: string;
  /** Something an operator should look at. */
  alert?: NonNullable<Decision["alert"]> | "subject_changed";
}

/** What `onFault` is told. No token and no cookie of ours is in it. */
export interface FaultEvent {
  /** `store_unavailable`, or what is wrong with the provider's answer. */
  code: EndpointsErrorCode;
  /** The store's method that failed. */
  method?: string;
  /** What the store's driver threw, as it came; of the provider a word of its own such as `invalid_client`, where it said one. */
  cause: unknown;
}

/** Who is signed in and until when, as the page sees it. Times are seconds since the epoch. */
export interface Session {
  /** Public: names the session in lists and in `sessions.revoke`; opens nothing. */
  id: string;
  subject: string;
  claims: Record<string, unknown>;
  /** When the user proved it; 0 where the provider has not said, which it must where `max_age` is asked for. */
  auth_time: number;
  expires_at: number;
  idle_expires_at: number;
}

/** The configured endpoints at work on one request. */
export interface Context {
  options: EndpointsOptions;
  core: Core;
  store: Store;
  sealer: Sealer;
  /** Told of an error that does not reach the one who answers. */
  failed: (error: unknown) => void;
  /** Lets work go on after the answer, where the runtime can. */
  waitUntil: (work: Promise<unknown>) => void;
}

/** The provider's side of a session, sealed into its row. */
export interface Upstream {
  /** Whose session it is: the row says so in clear. Absent where it could not be opened. */
  subject?: string;
  /** The number of the lease under which it was written. */
  number: number;
  /** Null once the provider no longer honours it, or where it never gave one. */
  refreshToken: string | null;
  /** By audience and scope. */
  tokens: Record<string, CachedToken>;
  claims: Record<string, unknown>;
  /** The provider's own session, and when its id token was issued (seconds): what a back-channel logout is compared with. */
  providerSession?: string;
  issuedAt?: number;
}

/** An access token while it lives. */
export interface CachedToken {
  accessToken: string;
  scope: string;
  /** Milliseconds since the epoch, by the store's clock. */
  expiresAt: number;
  /** Milliseconds it lived when it was new. */
  lifetime: number;
}

/** The store's partition of a subject: short, stable, and nothing to read from it. */
export async function shardOf(subject: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", utf8(`strongroom subject ${subject}`));
  return toBase64url(new Uint8Array(digest, 0, 9));
}

/** The changeable part of a row. */
export function changeOf({ record, idleExpiresAt, sealed, lease, revoked }: SessionRow): Change {
  return { record, idleExpiresAt, sealed, lease, revoked };
}

/** What was opened of rows at hand: one refresh asks twice. Nothing outlives its row, and each request loads its own. */
const opened = new WeakMap<SessionRow, { sealed: string; upstream: Upstream }>();

/** Opens the provider's side of a session; none if its secret is no longer listed. */
export async function openUpstream(context: Context, row: SessionRow): Promise<Upstream> {
  const { sealed, family } = row;
  const nothing: Upstream = { number: 0, refreshToken: null, tokens: {}, claims: {} };
  if (sealed === null) return nothing;
  const known = opened.get(row);
  if (known?.sealed === sealed) return known.upstream;
  const upstream = (await context.sealer.open<Upstream>("upstream", family, sealed)) ?? nothing;
  opened.set(row, { sealed, upstream });
  return upstream;
}

/** Whoever can write to the store cannot make one user's session another's: throws where the row's subject is not the sealed one. */
export function requireOwner(
  { options, waitUntil }: Context,
  shard: string,
  row: SessionRow,
  { subject }: Upstream,
  route: OutcomeEvent["route"],
): void {
  if (subject === row.subject) return;
  if (subject === undefined) throw new EndpointsError("reauth_required");
  const { onOutcome } = options;
  const event = { outcome: "ended", alert: "subject_changed", session: `${shard}.${row.family}` } as const;
  if (onOutcome) waitUntil((async () => onOutcome({ route, ...event }))());
  throw new EndpointsError("session_ended", { reason: "unknown" });
}
