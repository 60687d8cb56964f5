/**
 * `strongroom/stores/d1`: sessions in Cloudflare D1, on its primary. A Durable Object (`strongroom/stores/durable-object`)
 * is nearer to its users and scales with them; D1 shows all sessions in one place.
 */
import { SqliteStore, TABLES } from "./sqlite-statements.ts";
import type { Store } from "./store.ts";

export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/**
 * A D1 binding, as far as the store uses it. A session of it (`withSession`) is refused by type: it may read from a
 * replica that is behind.
 */
export interface D1Binding {
  prepare(sql: string): D1Statement;
  batch(statements: D1Statement[]): Promise<{ results: unknown[] }[]>;
  getBookmark?: never;
}

/** A prepared statement, as far as the store uses it. */
export interface D1Statement {
  bind(...parameters: unknown[]): D1Statement;
}

/**
 * The tables (`strongroom_…`) as SQL text, for a file in `migrations/`. May be run again.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { tables } from "strongroom/stores/d1";
 *
 * writeFileSync("migrations/0001_strongroom.sql", tables);
 * ```
 */
export const tables: string = TABLES.map((sql) => `${sql};\n`).join("");

/**
 * A store in a D1 database whose tables exist: see `tables`, or call `createTables`.
 *
 * @example
 * ```ts
 * import { createEndpoints, oidc } from "strongroom/endpoints";
 * import { d1Store, type D1Binding } from "strongroom/stores/d1";
 *
 * const auth = createEndpoints((env: { DB: D1Binding; SECRET: string; CLIENT_SECRET: string }) => ({
 *   origins: ["https://app.example.com"],
 *   provider: oidc({
 *     issuer: "https://id.example.com",
 *     clientId: "app",
 *     clientSecret: env.CLIENT_SECRET,
 *     resources: [{ audience: "https://api.example.com", scope: "read" }],
 *   }),
 *   store: d1Store(env.DB),
 *   secrets: [env.SECRET],
 * }));
 * export default { fetch: auth.fetch };
 * ```
 */
export function d1Store(database: D1Binding): Store {
  return new SqliteStore(async (...statements) => {
    // One batch is one transaction and one way to the primary and back.
    const answers = await database.batch(
      statements.map(([sql, ...parameters]) => database.prepare(sql).bind(...parameters)),
    );
    return answers.map(({ results }) => results);
  });
}

/**
 * Creates the tables where they are missing: for tests, and where no migrations are used.
 *
 * @example
 * ```ts
 * import { createTables, type D1Binding } from "strongroom/stores/d1";
 *
 * export const prepare = (env: { DB: D1Binding }) => createTables(env.DB);
 * ```
 */
export async function createTables(database: D1Binding): Promise<void> {
  await database.batch(TABLES.map((sql) => database.prepare(sql)));
}
