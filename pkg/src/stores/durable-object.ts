/**
 * `strongroom/stores/durable-object`: sessions in Cloudflare Durable Objects backed by SQLite. One object holds the
 * sessions of one shard (a subject); every change is one synchronous transaction inside it, so that no request can
 * come between a comparison and its write.
 */
import { DurableObject } from "cloudflare:workers";
import { SqliteStore, TABLES } from "./sqlite-statements.ts";
import { GRACE } from "./store.ts";
import type { Change, Loaded, Page, SessionRow, Store } from "./store.ts";

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
    now: (shard) => session(shard).now(shard),
    create: (shard, row, limit) => session(shard).create(shard, row, limit),
    load: (shard, family) => session(shard).load(shard, family),
    cas: (shard, family, version, next) => session(shard).cas(shard, family, version, next),
    revoke: (shard, family) => session(shard).revoke(shard, family),
    revokeSubject: (shard, subject, before) => session(shard).revokeSubject(shard, subject, before),
    deleteSubject: (shard, subject) => session(shard).deleteSubject(shard, subject),
    list: (shard, subject, cursor) => session(shard).list(shard, subject, cursor),
    putOnce: (key, ttl) => value(key).putOnce(key, ttl),
    get: (key) => value(key).get(key),
    put: (key, text, ttl) => value(key).put(key, text, ttl),
  };
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
  readonly #store: SqliteStore;

  constructor(ctx: ConstructorParameters<typeof DurableObject>[0], env: unknown) {
    super(ctx, env);
    const { storage } = this.ctx;
    for (const sql of TABLES) storage.sql.exec(sql);
    this.#store = new SqliteStore((...statements) =>
      storage.transactionSync(() =>
        statements.map(([sql, ...parameters]) => [...storage.sql.exec(sql, ...parameters)]),
      ),
    );
  }

  /** @internal */
  now(shard: string): Promise<number> {
    return this.#store.now(shard);
  }

  /** @internal */
  async create(shard: string, row: SessionRow, limit: number): Promise<void> {
    await this.#store.create(shard, row, limit);
    await this.#wakeAt(row.absoluteExpiresAt + GRACE);
  }

  /** @internal */
  load(shard: string, family: string): Promise<Loaded | undefined> {
    return this.#store.load(shard, family);
  }

  /** @internal */
  cas(shard: string, family: string, version: number, next: Change): Promise<{ ok: boolean; now: number }> {
    return this.#store.cas(shard, family, version, next);
  }

  /** @internal */
  revoke(shard: string, family: string): Promise<void> {
    return this.#store.revoke(shard, family);
  }

  /** @internal */
  revokeSubject(shard: string, subject: string, before: number): Promise<void> {
    return this.#store.revokeSubject(shard, subject, before);
  }

  /** @internal */
  deleteSubject(shard: string, subject: string): Promise<void> {
    return this.#store.deleteSubject(shard, subject);
  }

  /** @internal */
  list(shard: string, subject: string, cursor?: string): Promise<Page> {
    return this.#store.list(shard, subject, cursor);
  }

  /** @internal */
  async putOnce(key: string, ttl: number): Promise<boolean> {
    const first = await this.#store.putOnce(key, ttl);
    await this.#wakeAt(Date.now() + ttl * 1000);
    return first;
  }

  /** @internal */
  get(key: string): Promise<string | undefined> {
    return this.#store.get(key);
  }

  /** @internal */
  async put(key: string, value: string, ttl: number): Promise<void> {
    await this.#store.put(key, value, ttl);
    await this.#wakeAt(Date.now() + ttl * 1000);
  }

  /** @internal */
  async alarm(): Promise<void> {
    const next = await this.#store.purge();
    if (next !== undefined) await this.#wakeAt(next);
  }

  /** Nothing outlives its use, even where nobody comes back. */
  async #wakeAt(time: number): Promise<void> {
    const { storage } = this.ctx;
    const set = await storage.getAlarm();
    if (set === null || set > time + 1000) await storage.setAlarm(time + 1000);
  }
}
