// What the stores take and what they refuse, as the drivers' own types say it. Compiled, never run.
import type { D1Database, DurableObjectNamespace, KVNamespace } from "@cloudflare/workers-types";
import type { RedisClientType } from "@redis/client";
import type { Database } from "better-sqlite3";
import type { Cluster, Redis } from "ioredis";
import type { Client, Pool, PoolClient } from "pg";
import type { EndpointsOptions } from "strongroom/endpoints";
import { d1Store } from "strongroom/stores/d1";
import { durableObjectStore } from "strongroom/stores/durable-object";
import { memoryStore } from "strongroom/stores/memory";
import { postgresStore } from "strongroom/stores/postgres";
import { redisStore } from "strongroom/stores/redis";
import { sqliteStore } from "strongroom/stores/sqlite";
import type { Store } from "strongroom/stores/memory";

declare const drivers: {
  pool: Pool;
  poolClient: PoolClient;
  client: Client;
  ioredis: Redis;
  cluster: Cluster;
  redis: RedisClientType;
  sqlite: Database;
  d1: D1Database;
  objects: DurableObjectNamespace;
  kv: KVNamespace;
};

export const stores: Store[] = [
  memoryStore(),
  postgresStore(drivers.pool),
  postgresStore(drivers.poolClient),
  postgresStore(drivers.client),
  redisStore(drivers.ioredis),
  redisStore(drivers.cluster),
  redisStore(drivers.redis),
  sqliteStore(drivers.sqlite),
  d1Store(drivers.d1),
  durableObjectStore(drivers.objects),
];

// Workers KV reads stale: a session store it cannot be, and none of the others takes it.
// @ts-expect-error
export const kvAsStore: EndpointsOptions["store"] = drivers.kv;
// @ts-expect-error
d1Store(drivers.kv);
// @ts-expect-error
durableObjectStore(drivers.kv);
// @ts-expect-error
redisStore(drivers.kv);

// A D1 session may read from a replica that is behind.
// @ts-expect-error
d1Store(drivers.d1.withSession("first-unconstrained"));
