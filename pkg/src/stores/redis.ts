/**
 * `strongroom/stores/redis`: sessions in Redis 6 or newer, or Valkey. Takes the client of `ioredis`, `redis` or Bun.
 * The keys of one subject share a hash slot, so that a cluster keeps them together.
 */
import { cursorAfter, positionOf } from "./cursor.ts";
import { command } from "./redis-client.ts";
import type { RedisClient } from "./redis-client.ts";
import { CREATE, DELETE_SUBJECT, LIST, LOAD, REVOKE, REVOKE_SUBJECT, SWAP, TIME } from "./redis-scripts.ts";
import { PAGE } from "./store.ts";
import type { Change, Page, SessionRow, SessionSummary, Store } from "./store.ts";

export type { RedisClient } from "./redis-client.ts";
export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/** What `redisStore` may be told. */
export interface RedisStoreOptions {
  /** How its keys begin. Default `strongroom`. */
  prefix?: string;
}

/**
 * A store in Redis. For no loss at all the server needs `appendonly yes`, `appendfsync always` and
 * `maxmemory-policy noeviction`.
 *
 * @example
 * ```ts
 * import { Redis } from "ioredis";
 * import { redisStore } from "strongroom/stores/redis";
 *
 * const client = new Redis("redis://cache.example.com", { maxRetriesPerRequest: 1, commandTimeout: 2000 });
 * const store = redisStore(client);
 * ```
 */
export function redisStore(client: RedisClient, { prefix = "strongroom" }: RedisStoreOptions = {}): Store {
  return new RedisStore(client, prefix);
}

class RedisStore implements Store {
  readonly #client: RedisClient;
  readonly #prefix: string;

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async now(shard: string): Promise<number> {
    return Number(await TIME.run(this.#client, this.#shard(shard)));
  }

  async create(shard: string, row: SessionRow, limit: number): Promise<void> {
    const created = await CREATE.run(
      ...([this.#client, this.#shard(shard), row.family, row.subject, row.application] as const),
      ...[String(row.version), row.record, ...optional(row.sealed), ...optional(leaseText(row))],
      ...[row.revoked ? "1" : "0", row.createdAt, row.idleExpiresAt, row.absoluteExpiresAt, limit].map(
        String,
      ),
    );
    if (created !== 1) throw new Error("a session of this family exists");
  }

  async load(shard: string, family: string) {
    const answer = (await LOAD.run(this.#client, this.#shard(shard), family)) as string[] | null;
    if (!answer) return undefined;
    const [now, revoked, ...pairs] = answer;
    return { row: { ...rowOf(family, pairs), revoked: revoked === "1" }, now: Number(now) };
  }

  async cas(shard: string, family: string, version: number, next: Change) {
    const [swapped, now] = (await SWAP.run(
      ...([this.#client, this.#shard(shard), family, String(version), next.record] as const),
      ...[String(next.idleExpiresAt), ...optional(next.sealed), ...optional(leaseText(next))],
      next.revoked ? "1" : "0",
    )) as [number, string];
    return { ok: swapped === 1, now: Number(now) };
  }

  async revoke(shard: string, family: string): Promise<void> {
    await REVOKE.run(this.#client, this.#shard(shard), family);
  }

  async revokeSubject(shard: string, subject: string, before: number): Promise<void> {
    await REVOKE_SUBJECT.run(this.#client, this.#shard(shard), subject, String(before));
  }

  async deleteSubject(shard: string, subject: string): Promise<void> {
    await DELETE_SUBJECT.run(this.#client, this.#shard(shard), subject);
  }

  async list(shard: string, subject: string, cursor?: string): Promise<Page> {
    const { createdAt, family } = positionOf(cursor);
    const found = (await LIST.run(
      ...([this.#client, this.#shard(shard), subject, String(createdAt), family, String(PAGE + 1)] as const),
    )) as string[][];
    const sessions = found.slice(0, PAGE).map(summaryOf);
    const last = sessions.at(-1);
    return found.length > PAGE && last ? { sessions, cursor: cursorAfter(last) } : { sessions };
  }

  async putOnce(key: string, ttl: number): Promise<boolean> {
    const milliseconds = Math.ceil(ttl * 1000);
    if (milliseconds <= 0) return (await this.get(key)) === undefined;
    const set = ["SET", this.#value(key), "", "NX", "PX", String(milliseconds)] as const;
    return (await command(this.#client, ...set)) !== null;
  }

  async get(key: string): Promise<string | undefined> {
    return ((await command(this.#client, "GET", this.#value(key))) as string | null) ?? undefined;
  }

  async put(key: string, value: string, ttl: number): Promise<void> {
    const milliseconds = Math.ceil(ttl * 1000);
    if (milliseconds <= 0) await command(this.#client, "DEL", this.#value(key));
    else await command(this.#client, "SET", this.#value(key), value, "PX", String(milliseconds));
  }

  /** The beginning of a shard's keys: what is in braces decides the slot. */
  #shard(shard: string): string {
    return `${this.#prefix}:{${shard}}:`;
  }

  #value(key: string): string {
    return `${this.#prefix}:value:${key}`;
  }
}

function rowOf(family: string, pairs: string[]): SessionRow {
  const fields = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) fields.set(pairs[at] as string, pairs[at + 1] as string);
  const field = (name: string) => fields.get(name) ?? "";
  const lease = fields.get("lease");
  return {
    family,
    subject: field("subject"),
    application: field("application"),
    version: Number(field("version")),
    record: field("record"),
    sealed: fields.get("sealed") ?? null,
    lease: lease === undefined ? null : JSON.parse(lease),
    revoked: field("revoked") === "1",
    createdAt: Number(field("createdAt")),
    idleExpiresAt: Number(field("idleExpiresAt")),
    absoluteExpiresAt: Number(field("absoluteExpiresAt")),
  };
}

function summaryOf([
  family,
  application,
  createdAt,
  idleExpiresAt,
  absoluteExpiresAt,
]: string[]): SessionSummary {
  return {
    family: family as string,
    application: application as string,
    createdAt: Number(createdAt),
    idleExpiresAt: Number(idleExpiresAt),
    absoluteExpiresAt: Number(absoluteExpiresAt),
  };
}

/** Redis has no null among its parameters: a flag, then the text. */
function optional(text: string | null): [string, string] {
  return text === null ? ["0", ""] : ["1", text];
}

function leaseText({ lease }: Change): string | null {
  return lease && JSON.stringify(lease);
}
