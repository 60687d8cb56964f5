/** The session core (Rust, wasm) with its JSON answers parsed. All rules of rotation, cookie and guard are there. */
import type { CachedToken } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import type { EndReason, EndpointsErrorCode } from "./errors.ts";
import type { SessionCore, SessionGlue } from "./glue.ts";
import type { Lease } from "../stores/store.ts";

/** An RFC 9457 problem document. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: EndpointsErrorCode;
  detail: string;
  reason?: EndReason;
}

/** How a refresh ended. */
export type Outcome =
  "rotated" | "no_rotate" | "replay" | "coalesced" | "recovered" | "duplicate" | "reuse" | "ended";

/** What to do about a wanted access token. */
export type UpstreamStep =
  { step: "give" | "give_old" | "wait" | "reauth" } | { step: "ask"; number: number; until: number };

/** How using a provider's refresh token went, as the core names it. */
export type Used = "granted" | "rotated" | "ended" | "unused" | "unknown";

/** Lifetimes of a session, in milliseconds since the epoch. */
export interface Times {
  authTime: number;
  idleExpiresAt: number;
  absoluteExpiresAt: number;
}

/** What the rotation decided about one refresh. */
export interface Decision extends Times {
  outcome: Outcome;
  status: number;
  mint: boolean;
  write?: string;
  setCookie?: string;
  problem?: Problem;
  alert?: "reuse" | "lost_writes" | "record_unreadable";
  revoked: boolean;
}

/** The protocol's constants in milliseconds, for tests that cannot wait minutes. */
export interface Timing {
  timeout: number;
  overlap: number;
  rest: number;
  late: number;
}

type Answer<T> = ({ ok: true } & T) | { ok: false; problem: Problem };

/** One configured core. */
export class Core {
  readonly #glue: SessionGlue;
  readonly #core: SessionCore;

  constructor(glue: SessionGlue, secrets: string[], origins: string[], timing: Timing | undefined) {
    this.#glue = glue;
    this.#core = new glue.SessionCore(secrets, origins);
    if (timing) this.#core.setTiming(timing.timeout, timing.overlap, timing.rest, timing.late);
  }

  guard(request: Request): void {
    const header = (name: string) => request.headers.get(name) ?? undefined;
    const answer = this.#core.guard(
      ...([request.method, header("origin"), header("sec-fetch-site")] as const),
      ...([header("content-type"), header("strongroom-attempt")] as const),
    );
    unwrap<object>(answer);
  }

  /** Where the presented session lives; throws `session_ended` if there is none that we made. */
  locate(cookies: string | undefined): { shard: string; family: string } {
    return unwrap(this.#core.locate(cookies));
  }

  open(shard: string, authTime: number, idleSeconds: number, absoluteSeconds: number, now: number) {
    return JSON.parse(
      this.#core.open(shard, undefined, authTime, idleSeconds, absoluteSeconds, now, entropy()),
    ) as Times & { family: string; record: string; setCookie: string };
  }

  decide(record: string, cookies: string | undefined, attempt: string, now: number): Decision {
    return JSON.parse(this.#core.decide(record, cookies, attempt, now, entropy())) as Decision;
  }

  inspect(record: string, cookies: string | undefined, now: number): Times {
    return unwrap(this.#core.inspect(record, cookies, now));
  }

  /** Undefined if the record cannot be read. */
  close(record: string, cookies: string | undefined, now: number): string | undefined {
    const answer = JSON.parse(this.#core.close(record, cookies, now)) as Answer<{ record: string }>;
    return answer.ok ? answer.record : undefined;
  }

  /** How many milliseconds a login that replaces this session waits: a cookie of it may still be under way. */
  settling(record: string, now: number): number {
    return this.#core.settling(record, now);
  }

  revoke(record: string): string {
    return unwrap<{ record: string }>(this.#core.revoke(record)).record;
  }

  clearCookie(): string {
    return this.#core.clearCookie();
  }

  /** What to do about a wanted access token; `ask` comes with the lease to take first. */
  upstreamStep(
    token: CachedToken | undefined,
    lease: Lease | null,
    hasToken: boolean,
    now: number,
    patience: number,
  ) {
    const { upstreamStep } = this.#glue.SessionCore;
    const [number, until] = [lease?.number ?? 0, lease?.until ?? 0];
    return JSON.parse(
      upstreamStep(token?.expiresAt, token?.lifetime ?? 0, number, until, hasToken, now, patience),
    ) as UpstreamStep;
  }

  /** What a holder's outcome does to the row. `before` and `written`: who had stored last when it took the lease, and now. */
  upstreamSettle(
    held: number,
    before: number,
    written: number,
    lease: Lease | null,
    outcome: Used,
    now: number,
  ) {
    const { upstreamSettle } = this.#glue.SessionCore;
    return JSON.parse(
      upstreamSettle(held, before, written, lease?.number ?? 0, lease?.until ?? 0, outcome, now),
    ) as { change: "superseded" } | { change: "store" | "forget" | "keep"; until: number };
  }

  problem(code: EndpointsErrorCode, reason?: EndReason): Problem {
    return JSON.parse(this.#glue.SessionCore.problem(code, reason)) as Problem;
  }
}

function unwrap<T>(answer: string): T {
  const parsed = JSON.parse(answer) as Answer<T>;
  if (parsed.ok) return parsed;
  throw new EndpointsError(parsed.problem.code, {
    message: parsed.problem.detail,
    reason: parsed.problem.reason,
  });
}

function entropy(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}
