/**
 * `strongroom/stores/sqlite`: sessions in an SQLite database on disk, for one machine. Takes the connection of
 * better-sqlite3, `node:sqlite` or `bun:sqlite`.
 */
import { SqliteStore, TABLES } from "./sqlite-statements.ts";
import type { Statement, Value } from "./sqlite-statements.ts";
import type { Store } from "./store.ts";

export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/** An open connection, as far as the store uses it. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** A prepared statement, as far as the store uses it. */
export interface SqliteStatement {
  all(...parameters: Value[]): unknown[];
  run(...parameters: Value[]): unknown;
}

/** Of processes that switch a new file at once, one is told at once that it is locked, whatever the time-out: it tries again. */
const switchToWal = (database: SqliteDatabase): void => {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; ; tries++) {
    try {
      return void database.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (tries === 100 || !/locked|busy/i.test(String(error))) throw error;
      Atomics.wait(pause, 0, 0, 50);
    }
  }
};

/**
 * A store in an SQLite database; creates its tables (`strongroom_…`) where they are missing. Sets the database to its
 * write-ahead log, and the connection to `synchronous = FULL`, so that what was answered survives a crash, and to wait up
 * to five seconds for other processes. Give it a connection of its own: it cannot work inside another transaction.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import { sqliteStore } from "strongroom/stores/sqlite";
 *
 * const store = sqliteStore(new DatabaseSync("sessions.db"));
 * ```
 */
export function sqliteStore(database: SqliteDatabase): Store {
  // First of all: the others wait for each other.
  database.exec("PRAGMA busy_timeout = 5000");
  switchToWal(database);
  database.exec("PRAGMA synchronous = FULL");
  for (const sql of TABLES) database.exec(sql);

  const prepared = new Map<string, SqliteStatement>();
  const execute = ([sql, ...parameters]: Statement): unknown[] => {
    let statement = prepared.get(sql);
    if (!statement) prepared.set(sql, (statement = database.prepare(sql)));
    // better-sqlite3 refuses `all` where no rows come, and the others give no rows from `run`.
    if (/^SELECT|\bRETURNING\b/.test(sql)) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  };
  return new SqliteStore((...statements) => {
    if (statements.length === 1) return statements.map(execute);
    // Nothing is awaited in between, so that no other call comes into this transaction.
    database.exec("BEGIN IMMEDIATE");
    try {
      const rows = statements.map(execute);
      database.exec("COMMIT");
      return rows;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  });
}
