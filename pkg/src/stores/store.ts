/**
 * What a session store must do. One row per session; every change of a row is one durable compare-and-swap on its
 * version. Time is the store's: no caller's clock takes part in any decision.
 *
 * `shard` groups the rows of one subject, so that a store may keep them together (one Durable Object, one partition).
 * Any method may throw: the endpoints answer 503 and nobody is logged out.
 */
export interface Store {
  /** Milliseconds since the epoch on the clock that `load` and `cas` report. */
  now(shard: string): Promise<number>;
  /**
   * Writes a new session; throws if there is one of this family. While the subject then has more than `limit` live ones
   * in this application, the oldest are ended; revoked and expired ones do not count.
   */
  create(shard: string, row: SessionRow, limit: number): Promise<void>;
  /** A consistent read: never older than the last `cas` that succeeded. */
  load(shard: string, family: string): Promise<Loaded | undefined>;
  /**
   * Replaces the changeable part if the row's version is still `version` and the session is not revoked, and adds one
   * to the version. `ok: false` changes nothing: the caller loads again and decides again.
   */
  cas(shard: string, family: string, version: number, next: Change): Promise<{ ok: boolean; now: number }>;
  /** Ends one session, whatever its version. */
  revoke(shard: string, family: string): Promise<void>;
  /**
   * Ends every session of the subject created at or before `before` (milliseconds), in all its applications: also one
   * that is only written later, by a login that was under way.
   */
  revokeSubject(shard: string, subject: string, before: number): Promise<void>;
  /** Deletes the subject's sessions, live or not, and ends a login under way as `revokeSubject` does. */
  deleteSubject(shard: string, subject: string): Promise<void>;
  /**
   * The subject's live sessions, newest first, in pages. What comes or goes between two pages neither hides nor repeats
   * another session. A cursor that no page gave ends the list.
   */
  list(shard: string, subject: string, cursor?: string): Promise<Page>;
  /** Remembers `key` for `ttl` seconds; false if it was remembered already. */
  putOnce(key: string, ttl: number): Promise<boolean>;
  /** A small sealed value written by `put`, until its `ttl` ends. */
  get(key: string): Promise<string | undefined>;
  /** Writes a small sealed value for `ttl` seconds. */
  put(key: string, value: string, ttl: number): Promise<void>;
}

/** One session as it is stored. Times are milliseconds since the epoch. */
export interface SessionRow extends Change {
  family: string;
  subject: string;
  application: string;
  version: number;
  createdAt: number;
  absoluteExpiresAt: number;
}

/** The part of a row that a compare-and-swap replaces. */
export interface Change {
  /** The rotation record: opaque here. */
  record: string;
  idleExpiresAt: number;
  /** The provider's tokens and the session's claims, encrypted; null once the session is revoked. */
  sealed: string | null;
  /** Who may use the provider's refresh token just now. */
  lease: Lease | null;
  revoked: boolean;
}

/** A fenced lease: of two holders the one with the lower number may not write over the other. */
export interface Lease {
  holder: string;
  number: number;
  /** Milliseconds since the epoch; 0 when it has been given back. */
  until: number;
}

/** A row and the store's time when it was read. */
export interface Loaded {
  row: SessionRow;
  now: number;
}

/** A page of a subject's sessions. */
export interface Page {
  sessions: SessionSummary[];
  /** Give it back to read the next page; absent on the last. */
  cursor?: string;
}

/** What a list of sessions shows. */
export interface SessionSummary {
  family: string;
  application: string;
  createdAt: number;
  idleExpiresAt: number;
  absoluteExpiresAt: number;
}

/** How many sessions a page of `list` holds. */
export const PAGE = 50;

/** Whether a session may still be used at `now`: what `list` shows and the limit counts. */
export function isLive(
  row: Pick<SessionRow, "revoked" | "idleExpiresAt" | "absoluteExpiresAt">,
  now: number,
) {
  return !row.revoked && row.idleExpiresAt > now && row.absoluteExpiresAt > now;
}

/** How long a session's row outlives it, so that a late request still learns why it ended. */
export const GRACE = 24 * 60 * 60 * 1000;
