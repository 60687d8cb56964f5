/**
 * What the stores on SQLite have in common (a file, D1, a Durable Object): the tables and every statement. Time is
 * SQLite's, inside the statement that uses it.
 */
import { cursorAfter, positionOf } from "./cursor.ts";
import { GRACE, PAGE } from "./store.ts";
import type { Change, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/** What SQLite stores. */
export type Value = string | number | null;

/** One statement and its parameters. */
export type Statement = readonly [sql: string, ...parameters: Value[]];

/** Runs the statements in one transaction, in order, and gives the rows of each. */
export type Run = (...statements: Statement[]) => unknown[][] | Promise<unknown[][]>;

/** The tables, as statements that may be run again. */
export const TABLES = [
  `CREATE TABLE IF NOT EXISTS strongroom_sessions (
  family TEXT PRIMARY KEY, subject TEXT NOT NULL, application TEXT NOT NULL, version INTEGER NOT NULL,
  record TEXT NOT NULL, sealed TEXT, lease TEXT, revoked INTEGER NOT NULL,
  created_at REAL NOT NULL, idle_expires_at REAL NOT NULL, absolute_expires_at REAL NOT NULL
) STRICT`,
  `CREATE INDEX IF NOT EXISTS strongroom_sessions_of_subject ON strongroom_sessions (subject, created_at, family)`,
  `CREATE INDEX IF NOT EXISTS strongroom_sessions_by_end ON strongroom_sessions (absolute_expires_at)`,
  `CREATE TABLE IF NOT EXISTS strongroom_subjects (
  subject TEXT PRIMARY KEY, revoked_before REAL NOT NULL, until REAL
) STRICT`,
  `CREATE INDEX IF NOT EXISTS strongroom_subjects_by_end ON strongroom_subjects (until)`,
  `CREATE TABLE IF NOT EXISTS strongroom_values (key TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL) STRICT`,
  `CREATE INDEX IF NOT EXISTS strongroom_values_by_end ON strongroom_values (until)`,
];

/** The most that one request clears away of what has expired. */
const PURGE = 100;
const NOW = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";
const REVOKED_BEFORE =
  "coalesce((SELECT revoked_before FROM strongroom_subjects AS s WHERE s.subject = strongroom_sessions.subject), -1)";
const LIVE = `revoked = 0 AND idle_expires_at > ${NOW} AND absolute_expires_at > ${NOW} AND created_at > ${REVOKED_BEFORE}`;
const END =
  "UPDATE strongroom_sessions SET revoked = 1, sealed = NULL, lease = NULL, version = version + 1 WHERE";

/** A session that a login under way has written, and that only the mark keeps from living. */
const HELD =
  "EXISTS (SELECT 1 FROM strongroom_sessions AS h WHERE h.subject = strongroom_subjects.subject AND h.created_at <= revoked_before)";

const SQL = {
  now: `SELECT ${NOW} AS now`,
  purgeSessions: purge("strongroom_sessions", `absolute_expires_at < ${NOW} - ${GRACE}`),
  purgeSubjects: purge("strongroom_subjects", `until <= ${NOW} AND NOT ${HELD}`),
  purgeValues: purge("strongroom_values", `until <= ${NOW}`),
  insert: "INSERT INTO strongroom_sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  // Of several that were created in the same millisecond, the one just written counts as the newest.
  evict: `${END} family IN (SELECT family FROM strongroom_sessions WHERE subject = ? AND application = ? AND ${LIVE}
    ORDER BY family = ? DESC, created_at DESC, family DESC LIMIT -1 OFFSET ?)`,
  load: `SELECT *, ${REVOKED_BEFORE} AS revoked_before, ${NOW} AS now FROM strongroom_sessions WHERE family = ?`,
  swap: `UPDATE strongroom_sessions
    SET version = version + 1, record = ?, idle_expires_at = ?, sealed = ?, lease = ?, revoked = ?
    WHERE family = ? AND version = ? AND revoked = 0 AND created_at > ${REVOKED_BEFORE} RETURNING version`,
  revoke: `${END} family = ? AND revoked = 0`,
  revokeSubject: `${END} subject = ? AND created_at <= ? AND revoked = 0`,
  // Kept for good; after a deletion only as long as a login may be under way, or one that was has left a session.
  mark: `INSERT INTO strongroom_subjects VALUES (?, ?, NULL) ON CONFLICT (subject)
    DO UPDATE SET revoked_before = max(revoked_before, excluded.revoked_before), until = NULL`,
  markDeleted: `INSERT INTO strongroom_subjects VALUES (?, ${NOW}, ${NOW} + ${GRACE}) ON CONFLICT (subject)
    DO UPDATE SET revoked_before = max(revoked_before, excluded.revoked_before), until = excluded.until`,
  deleteSubject: "DELETE FROM strongroom_sessions WHERE subject = ?",
  list: `SELECT family, application, created_at AS createdAt, idle_expires_at AS idleExpiresAt,
      absolute_expires_at AS absoluteExpiresAt
    FROM strongroom_sessions WHERE subject = ? AND ${LIVE} AND (created_at, family) < (?, ?)
    ORDER BY created_at DESC, family DESC LIMIT ${PAGE + 1}`,
  putOnce: `INSERT INTO strongroom_values VALUES (?, '', ${NOW} + ?) ON CONFLICT (key)
    DO UPDATE SET value = excluded.value, until = excluded.until WHERE strongroom_values.until <= ${NOW} RETURNING key`,
  get: `SELECT value FROM strongroom_values WHERE key = ? AND until > ${NOW}`,
  put: `INSERT INTO strongroom_values VALUES (?, ?, ${NOW} + ?) ON CONFLICT (key)
    DO UPDATE SET value = excluded.value, until = excluded.until`,
  nextEnd: `SELECT min(at) AS at FROM (
    SELECT min(absolute_expires_at) + ${GRACE} AS at FROM strongroom_sessions
    UNION ALL SELECT min(until) FROM strongroom_subjects WHERE NOT ${HELD} UNION ALL SELECT min(until) FROM strongroom_values)`,
};

function purge(table: string, expired: string): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${expired} LIMIT ${PURGE})`;
}

/** A store whose data are where `run` leads. */
export class SqliteStore implements Store {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = (...statements) => {
      // Some drivers read a text only up to its first NUL.
      const cut = statements.some((parts) =>
        parts.some((part) => typeof part === "string" && part.includes("\0")),
      );
      if (cut) throw new RangeError("a text with a NUL in it cannot be stored");
      return run(...statements);
    };
  }

  async now(_shard: string): Promise<number> {
    const [rows] = await this.#run([SQL.now]);
    return nowOf(rows);
  }

  async create(_shard: string, row: SessionRow, limit: number): Promise<void> {
    await this.#run(
      [SQL.purgeSessions],
      [SQL.purgeSubjects],
      [
        SQL.insert,
        ...[row.family, row.subject, row.application, row.version, row.record, row.sealed, leaseText(row)],
        ...[row.revoked ? 1 : 0, row.createdAt, row.idleExpiresAt, row.absoluteExpiresAt],
      ],
      [SQL.evict, row.subject, row.application, row.family, limit],
    );
  }

  async load(_shard: string, family: string) {
    const [rows] = await this.#run([SQL.load, family]);
    const row = rows?.[0] as StoredRow | undefined;
    return row && { row: sessionOf(row), now: row.now };
  }

  async cas(_shard: string, family: string, version: number, next: Change) {
    const [swapped, time] = await this.#run(
      [
        SQL.swap,
        ...[next.record, next.idleExpiresAt, next.sealed, leaseText(next), next.revoked ? 1 : 0],
        ...[family, version],
      ],
      [SQL.now],
    );
    return { ok: swapped?.length === 1, now: nowOf(time) };
  }

  async revoke(_shard: string, family: string): Promise<void> {
    await this.#run([SQL.revoke, family]);
  }

  async revokeSubject(_shard: string, subject: string, before: number): Promise<void> {
    await this.#run([SQL.mark, subject, before], [SQL.revokeSubject, subject, before]);
  }

  async deleteSubject(_shard: string, subject: string): Promise<void> {
    await this.#run([SQL.markDeleted, subject], [SQL.deleteSubject, subject]);
  }

  async list(_shard: string, subject: string, cursor?: string): Promise<Page> {
    const { createdAt, family } = positionOf(cursor);
    const [rows] = await this.#run([SQL.list, subject, createdAt, family]);
    return pageOf(rows as SessionSummary[]);
  }

  async putOnce(key: string, ttl: number): Promise<boolean> {
    const [, rows] = await this.#run([SQL.purgeValues], [SQL.putOnce, key, ttl * 1000]);
    return rows?.length === 1;
  }

  async get(key: string): Promise<string | undefined> {
    const [rows] = await this.#run([SQL.get, key]);
    return (rows?.[0] as { value: string } | undefined)?.value;
  }

  async put(key: string, value: string, ttl: number): Promise<void> {
    await this.#run([SQL.purgeValues], [SQL.put, key, value, ttl * 1000]);
  }

  /** Clears away what has expired, and says when the next may go. */
  async purge(): Promise<number | undefined> {
    const rows = await this.#run([SQL.purgeSessions], [SQL.purgeSubjects], [SQL.purgeValues], [SQL.nextEnd]);
    const { at } = rows[3]?.[0] as { at: number | null };
    return at ?? undefined;
  }
}

interface StoredRow {
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
  revoked_before: number;
  now: number;
}

function sessionOf(row: StoredRow): SessionRow {
  return {
    family: row.family,
    subject: row.subject,
    application: row.application,
    version: row.version,
    record: row.record,
    sealed: row.sealed,
    lease: row.lease === null ? null : JSON.parse(row.lease),
    revoked: row.revoked === 1 || row.created_at <= row.revoked_before,
    createdAt: row.created_at,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
  };
}

/** A page out of one row more than it holds, which tells whether another follows. */
export function pageOf(rows: SessionSummary[]): Page {
  // Plain objects: some drivers give rows of their own kinds.
  const sessions = rows.slice(0, PAGE).map((row) => ({ ...row }));
  const last = sessions.at(-1);
  return rows.length > PAGE && last ? { sessions, cursor: cursorAfter(last) } : { sessions };
}

function leaseText({ lease }: Change): string | null {
  return lease && JSON.stringify(lease);
}

function nowOf(rows: unknown[] | undefined): number {
  return (rows?.[0] as { now: number }).now;
}
