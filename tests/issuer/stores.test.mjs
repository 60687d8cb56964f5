// A key ring in the databases that sessions live in: one write of many at once wins, and a life of a hundred years fits.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { ringStorage } from "strongroom/endpoints";
import { createKeyRing } from "strongroom/keys";
import { createTables, postgresStore } from "strongroom/stores/postgres";
import { redisStore } from "strongroom/stores/redis";
import { startPostgres, startRedis } from "../stores/servers.mjs";
import { secret } from "./world.mjs";

const closing = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

test("on Redis", async () => {
  const server = await startRedis();
  closing.push(() => server.stop());
  await sharedRing(() => {
    const client = new Redis(server.port, "127.0.0.1");
    closing.push(() => client.disconnect());
    return redisStore(client);
  });
});

test("on PostgreSQL", async () => {
  const server = await startPostgres();
  closing.push(() => server.stop());
  const connect = () => {
    const pool = new Pool({ host: "127.0.0.1", port: server.port, user: "strongroom", database: "postgres" });
    closing.push(() => pool.end());
    return pool;
  };
  await createTables(connect());
  await sharedRing(() => postgresStore(connect()));
});

async function sharedRing(open) {
  const stores = Array.from({ length: 8 }, open);
  const storages = stores.map((store) => ringStorage(store, "race"));
  assert.equal(
    (await Promise.all(storages.map((each, index) => each.write(`${index}`)))).filter(Boolean).length,
    1,
  );
  for (let round = 0; round < 10; round++) {
    const { version } = await storages[0].read();
    const won = await Promise.all(storages.map((each, index) => each.write(`${round}.${index}`, version)));
    assert.equal(won.filter(Boolean).length, 1);
    assert.equal((await storages[1].read()).value, `${round}.${won.indexOf(true)}`);
  }
  const secrets = [secret()];
  const rings = stores.map((store) => createKeyRing({ storage: ringStorage(store), secrets }));
  const documents = await Promise.all(rings.map((ring) => ring.jwks()));
  assert.equal(new Set(documents.map(({ keys }) => keys.map(({ kid }) => kid).join())).size, 1);
  // A session's end clears away what has expired; the ring has not.
  const row = { subject: "u", application: "a", version: 1, record: "r", createdAt: 1, idleExpiresAt: 2 };
  const rest = { absoluteExpiresAt: 2, sealed: null, lease: null, revoked: false };
  await stores[0].create("keyring", { family: "another", ...row, ...rest }, 1);
  const late = createKeyRing({ storage: ringStorage(open()), secrets });
  assert.deepEqual(await late.jwks(), documents[0]);
}
