/**
 * `strongroom/stores/postgres`: sessions in PostgreSQL 13 or newer, on its primary. Takes a pool or client of `pg`, or
 * anything with its `query`.
 */
import { cursorAfter, positionOf } from "./cursor.ts";
import { EVICT, SQL, TABLES } from "./postgres-statements.ts";
import { PAGE } from "./store.ts";
import type { Change, Page, SessionRow, SessionSummary, Store } from "./store.ts";

export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/** A pool or a connection, as far as the store uses it. Every call is a transaction of its own. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * The tables (`strongroom_…`) as SQL text, for a migration. May be run again.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { tables } from "strongroom/stores/postgres";
 *
 * writeFileSync("migrations/0001_strongroom.sql", tables);
 * ```
 */
export const tables: string = TABLES.map((sql) => `${sql};\n`).join("");

/**
 * A store in a PostgreSQL database whose tables exist: see `tables`, or call `createTables`. Each write is on disk when
 * it is answered, also where the server's `synchronous_commit` is off.
 *
 * @example
 * ```ts
 * import { Pool } from "pg";
 * import { createTables, postgresStore } from "strongroom/stores/postgres";
 *
 * const pool = new Pool({ connectionString: "postgres://app@db.example.com/app", connectionTimeoutMillis: 2000 });
 * await createTables(pool);
 * const store = postgresStore(pool);
 * ```
 */
export function postgresStore(client: PostgresClient): Store {
  return new PostgresStore(client);
}

/**
 * Creates the tables where they are missing.
 *
 * @example
 * ```ts
 * import { Pool } from "pg";
 * import { createTables } from "strongroom/stores/postgres";
 *
 * await createTables(new Pool());
 * ```
 */
export async function createTables(client: PostgresClient): Promise<void> {
  for (const sql of TABLES) await client.query(sql, []);
}

/** Another transaction was in the way: the statement did nothing, and may be sent again. */
const AGAIN = new Set(["40001", "40P01"]);
const MOST_TRIES = 20;
/** Before a further try, in milliseconds: those that were in each other's way must not meet again. */
const pause = (tries: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, Math.random() * Math.min(2 ** tries, 100)));

class PostgresStore implements Store {
  readonly #client: PostgresClient;

  constructor(client: PostgresClient) {
    this.#client = client;
  }

  async now(_shard: string): Promise<number> {
    const [row] = await this.#query<{ now: number }>(SQL.now);
    return Number(row?.now);
  }

  async create(_shard: string, row: SessionRow, limit: number): Promise<void> {
    await this.#query(
      SQL.insert,
      ...[row.family, row.subject, row.application, row.version, row.record, row.sealed, leaseText(row)],
      ...[row.revoked, row.createdAt, row.idleExpiresAt, row.absoluteExpiresAt],
    );
    // After the insert is committed: of several logins at once, the last one then sees them all.
    await this.#query(EVICT, row.subject, row.application, row.family, limit);
  }

  async load(_shard: string, family: string) {
    const [row] = await this.#query<StoredRow>(SQL.load, family);
    return row && { row: sessionOf(row), now: Number(row.now) };
  }

  async cas(_shard: string, family: string, version: number, next: Change) {
    const [answer] = await this.#query<{ swapped: number; now: number }>(
      SQL.swap,
      ...[family, version, next.record, next.idleExpiresAt, next.sealed, leaseText(next), next.revoked],
    );
    return { ok: Number(answer?.swapped) === 1, now: Number(answer?.now) };
  }

  async revoke(_shard: string, family: string): Promise<void> {
    await this.#query(SQL.revoke, family);
  }

  async revokeSubject(_shard: string, subject: string, before: number): Promise<void> {
    await this.#query(SQL.revokeSubject, subject, before);
  }

  async deleteSubject(_shard: string, subject: string): Promise<void> {
    await this.#query(SQL.deleteSubject, subject);
  }

  async list(_shard: string, subject: string, cursor?: string): Promise<Page> {
    const { createdAt, family } = positionOf(cursor);
    const rows = await this.#query<StoredRow>(SQL.list, subject, createdAt, family);
    const sessions = rows.slice(0, PAGE).map(summaryOf);
    const last = sessions.at(-1);
    return rows.length > PAGE && last ? { sessions, cursor: cursorAfter(last) } : { sessions };
  }

  async putOnce(key: string, ttl: number): Promise<boolean> {
    return (await this.#query(SQL.putOnce, key, ttl * 1000)).length === 1;
  }

  async get(key: string): Promise<string | undefined> {
    const [row] = await this.#query<{ value: string }>(SQL.get, key);
    return row?.value;
  }

  async put(key: string, value: string, ttl: number): Promise<void> {
    await this.#query(SQL.put, key, value, ttl * 1000);
  }

  async #query<T>(text: string, ...values: unknown[]): Promise<T[]> {
    for (let tries = 1; ; tries++) {
      try {
        return (await this.#client.query(text, values)).rows as T[];
      } catch (error) {
        const code = (error as { code?: unknown } | null)?.code;
        if (tries === MOST_TRIES || typeof code !== "string" || !AGAIN.has(code)) throw error;
        await pause(tries);
      }
    }
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
  revoked: boolean;
  created_at: number;
  idle_expires_at: number;
  absolute_expires_at: number;
  now: number;
}

function sessionOf(row: StoredRow): SessionRow {
  const { createdAt, idleExpiresAt, absoluteExpiresAt } = summaryOf(row);
  return {
    family: row.family,
    subject: row.subject,
    application: row.application,
    version: Number(row.version),
    record: row.record,
    sealed: row.sealed,
    lease: row.lease === null ? null : JSON.parse(row.lease),
    revoked: row.revoked,
    ...{ createdAt, idleExpiresAt, absoluteExpiresAt },
  };
}

function summaryOf(row: StoredRow): SessionSummary {
  return {
    family: row.family,
    application: row.application,
    createdAt: Number(row.created_at),
    idleExpiresAt: Number(row.idle_expires_at),
    absoluteExpiresAt: Number(row.absolute_expires_at),
  };
}

function leaseText({ lease }: Change): string | null {
  return lease && JSON.stringify(lease);
}
