/**
 * `strongroom/stores/durable-object`: sessions in Cloudflare Durable Objects backed by SQLite. One object holds the
 * sessions of one shard (a subject); every change is one synchronous transaction inside it, so that no request can
 * come between a comparison and its write.
 */
import { DurableObject } from "cloudflare:workers";
import { GRACE, PAGE } from "./store.ts";
import type { Change, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/** The binding of a Durable Object class, as far as the store uses it. */
export interface SessionsNamespace {
  // `any`: the runtime's own id and stub types, which differ between versions of its type package.
  idFromName(name: string): any;
  get(id: any): any;
}

/**
 * A store over the Durable Object class `StrongroomSessions`, bound in the worker's configuration.
 *
 * @example
 * ```ts
 * import { createEndpoints, oidc } from "strongroom/endpoints";
 * import { durableObjectStore } from "strongroom/stores/durable-object";
 * export { StrongroomSessions } from "strongroom/stores/durable-object";
 *
 * const auth = createEndpoints((env: { SESSIONS: never; SECRET: string; CLIENT_SECRET: string }) => ({
 *   origins: ["https://app.example.com"],
 *   provider: oidc({
 *     issuer: "https://id.example.com",
 *     clientId: "app",
 *     clientSecret: env.CLIENT_SECRET,
 *     resources: [{ audience: "https://api.example.com", scope: "read" }],
 *   }),
 *   store: durableObjectStore(env.SESSIONS),
 *   secrets: [env.SECRET],
 * }));
 * export default { fetch: auth.fetch };
 * ```
 */
export function durableObjectStore(namespace: SessionsNamespace): Store {
  const object = (name: string): StrongroomSessions => namespace.get(namespace.idFromName(name));
  const session = (shard: string) => object(`shard:${shard}`);
  // Values are spread over objects by their key, so that no single object sees every login.
  const value = (key: string) => object(`value:${key.slice(-2)}`);
  return {
    now: (shard) => session(shard).now(),
    create: (shard, row, limit) => session(shard).create(row, limit),
    load: (shard, family) => session(shard).load(family),
    cas: (shard, family, version, next) => session(shard).cas(family, version, next),
    revoke: (shard, family) => session(shard).revoke(family),
    revokeSubject: (shard, subject, before) => session(shard).revokeSubject(subject, before),
    list: (shard, subject, cursor) => session(shard).list(subject, cursor),
    putOnce: (key, ttl) => value(key).putOnce(key, ttl),
    get: (key) => value(key).get(key),
    put: (key, text, ttl) => value(key).put(key, text, ttl),
  };
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sessions (
    family TEXT PRIMARY KEY, subject TEXT NOT NULL, application TEXT NOT NULL, version INTEGER NOT NULL,
    record TEXT NOT NULL, sealed TEXT, lease TEXT, revoked INTEGER NOT NULL,
    created_at REAL NOT NULL, idle_expires_at REAL NOT NULL, absolute_expires_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS sessions_by_subject ON sessions (subject, created_at);
  CREATE TABLE IF NOT EXISTS subjects (subject TEXT PRIMARY KEY, revoked_before REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL) STRICT;
`;
const LIVE = "subject = ? AND revoked = 0 AND idle_expires_at > ? AND absolute_expires_at > ?";
const END = "UPDATE sessions SET revoked = 1, sealed = NULL, lease = NULL, version = version + 1";

interface Row {
  family: string;
  subject: string;
  application: string;
  version: number;
  record: string;
  sealed: string | null;
  lease: string | null;
  revoked: number;
  created_at: number;
  idle_expires_at: number;
  absolute_expires_at: number;
  revoked_before: number | null;
}

/**
 * The Durable Object class behind `durableObjectStore`. Export it from the worker and bind it with SQLite storage
 * (`new_sqlite_classes` in Wrangler's migrations, `enableSql = true` in a workerd configuration).
 *
 * @example
 * ```ts
 * export { StrongroomSessions } from "strongroom/stores/durable-object";
 * ```
 */
export class StrongroomSessions extends DurableObject {
  constructor(ctx: ConstructorParameters<typeof DurableObject>[0], env: unknown) {
    super(ctx, env);
    this.ctx.storage.sql.exec(SCHEMA);
  }

  /** @internal */
  async now(): Promise<number> {
    return Date.now();
  }

  /** @internal */
  async create(row: SessionRow, limit: number): Promise<void> {
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      this.#all("DELETE FROM sessions WHERE absolute_expires_at < ?", now - GRACE);
      this.#all(
        "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ...[row.family, row.subject, row.application, row.version, row.record, row.sealed],
        ...[row.lease && JSON.stringify(row.lease), row.revoked ? 1 : 0],
        ...[row.createdAt, row.idleExpiresAt, row.absoluteExpiresAt],
      );
      // Everything but the newest `limit` live ones of this application.
      this.#all(
        `${END} WHERE family IN (SELECT family FROM sessions WHERE ${LIVE} AND application = ?
           ORDER BY created_at DESC LIMIT -1 OFFSET ?)`,
        ...[row.subject, now, now, row.application, limit],
      );
    });
    await this.ctx.storage.setAlarm(row.absoluteExpiresAt + GRACE + 1000);
  }

  /** @internal */
  async load(family: string): Promise<Loaded | undefined> {
    const [row] = this.#all<Row>(
      "SELECT sessions.*, revoked_before FROM sessions LEFT JOIN subjects USING (subject) WHERE family = ?",
      family,
    );
    if (!row) return undefined;
    return {
      now: Date.now(),
      row: {
        ...{ family: row.family, subject: row.subject, application: row.application, version: row.version },
        ...{
          record: row.record,
          sealed: row.sealed,
          lease: row.lease === null ? null : JSON.parse(row.lease),
        },
        revoked: row.revoked === 1 || row.created_at <= (row.revoked_before ?? -1),
        createdAt: row.created_at,
        idleExpiresAt: row.idle_expires_at,
        absoluteExpiresAt: row.absolute_expires_at,
      },
    };
  }

  /** @internal */
  async cas(family: string, version: number, next: Change): Promise<{ ok: boolean; now: number }> {
    const written = this.ctx.storage.transactionSync(() =>
      this.#all(
        `UPDATE sessions SET version = version + 1, record = ?, idle_expires_at = ?, sealed = ?, lease = ?, revoked = ?
           WHERE family = ? AND version = ? AND revoked = 0 AND created_at >
             (SELECT coalesce(max(revoked_before), -1) FROM subjects WHERE subjects.subject = sessions.subject)
           RETURNING version`,
        ...[next.record, next.idleExpiresAt, next.sealed, next.lease && JSON.stringify(next.lease)],
        ...[next.revoked ? 1 : 0, family, version],
      ),
    );
    return { ok: written.length === 1, now: Date.now() };
  }

  /** @internal */
  async revoke(family: string): Promise<void> {
    this.#all(`${END} WHERE family = ?`, family);
  }

  /** @internal */
  async revokeSubject(subject: string, before: number): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#all(
        `INSERT INTO subjects VALUES (?, ?)
           ON CONFLICT (subject) DO UPDATE SET revoked_before = max(revoked_before, excluded.revoked_before)`,
        ...[subject, before],
      );
      this.#all(`${END} WHERE subject = ? AND created_at <= ?`, subject, before);
    });
  }

  /** @internal */
  async list(subject: string, cursor?: string): Promise<Page> {
    const start = cursor === undefined ? 0 : Number(cursor);
    const now = Date.now();
    const sessions = this.#all<SessionSummary>(
      `SELECT family, application, created_at AS createdAt, idle_expires_at AS idleExpiresAt,
          absolute_expires_at AS absoluteExpiresAt
         FROM sessions WHERE ${LIVE} ORDER BY created_at DESC LIMIT ? OFFSET ?`,
      ...[subject, now, now, PAGE + 1, start],
    );
    if (sessions.length <= PAGE) return { sessions };
    return { sessions: sessions.slice(0, PAGE), cursor: String(start + PAGE) };
  }

  /** @internal */
  async putOnce(key: string, ttl: number): Promise<boolean> {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      if (this.#all("SELECT 1 FROM kept WHERE key = ? AND until > ?", key, now).length > 0) return false;
      this.#keep(key, "", now, ttl);
      return true;
    });
  }

  /** @internal */
  async get(key: string): Promise<string | undefined> {
    const [row] = this.#all<{ value: string }>(
      "SELECT value FROM kept WHERE key = ? AND until > ?",
      ...[key, Date.now()],
    );
    return row?.value;
  }

  /** @internal */
  async put(key: string, value: string, ttl: number): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#keep(key, value, Date.now(), ttl));
  }

  /** @internal Nothing outlives its use, even where nobody comes back. */
  async alarm(): Promise<void> {
    const now = Date.now();
    this.#all("DELETE FROM sessions WHERE absolute_expires_at < ?", now - GRACE);
    this.#all("DELETE FROM kept WHERE until <= ?", now);
    const [next] = this.#all<{ at: number | null }>("SELECT min(absolute_expires_at) AS at FROM sessions");
    if (next?.at) await this.ctx.storage.setAlarm(next.at + GRACE + 1000);
  }

  #keep(key: string, value: string, now: number, ttl: number): void {
    this.#all("DELETE FROM kept WHERE until <= ?", now);
    this.#all("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", key, value, now + ttl * 1000);
  }

  #all<T>(query: string, ...bindings: (string | number | null)[]): T[] {
    return [...this.ctx.storage.sql.exec<T>(query, ...bindings)];
  }
}
