// Stores on real databases, and a way to fill those up: `fill(from, to)` adds so many sessions beside the first that is found,
// of the same size, five to a subject.

/** A store of that kind on the database at that place. */
export async function open(kind, where) {
  return { memory, sqlite, postgres, redis }[kind](where);
}

async function memory() {
  const { memoryStore } = await import("strongroom/stores/memory");
  return { store: memoryStore({ quiet: true }) };
}

async function sqlite(file) {
  const { Database } = await import("bun:sqlite");
  const { sqliteStore } = await import("strongroom/stores/sqlite");
  const database = new Database(file);
  const store = sqliteStore(database);
  const fill = async (from, to) => {
    // As a grown table is: what the index needs lies in memory while it is filled.
    database.exec("PRAGMA cache_size = -500000; PRAGMA synchronous = OFF");
    database.exec(`INSERT INTO strongroom_sessions
      WITH RECURSIVE numbers(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${to})
      SELECT substr(hex(randomblob(11)), 1, 22), 'filler-' || (n / 5), application, 1, record, sealed, lease, 0,
        created_at - n, idle_expires_at, absolute_expires_at - n
      FROM (SELECT * FROM strongroom_sessions LIMIT 1), numbers`);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = -2000; PRAGMA synchronous = FULL");
  };
  return { store, fill };
}

async function postgres(port) {
  const { default: pg } = await import("pg");
  const { createTables, postgresStore } = await import("strongroom/stores/postgres");
  const place = { host: "127.0.0.1", port, user: "strongroom", database: "postgres" };
  const pool = new pg.Pool({ ...place, max: 16 });
  await createTables(pool);
  const fill = async (from, to) => {
    await pool.query(
      `INSERT INTO strongroom_sessions
      SELECT substr(md5('a' || n), 1, 22), 'filler-' || (n / 5), application, 1, record, sealed, lease, false,
        created_at - n, idle_expires_at, absolute_expires_at - n
      FROM (SELECT * FROM strongroom_sessions LIMIT 1) AS first, generate_series($1::int, $2::int) AS n`,
      [from, to - 1],
    );
    // What the server would do by itself a little later, while others are measured.
    await pool.query("VACUUM ANALYZE strongroom_sessions");
    await pool.query("CHECKPOINT");
  };
  return { store: postgresStore(pool), fill };
}

/** Keys as the store names them, each subject's in a shard of its own. */
const FILL = `
local first, from, to = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local row, ttl = redis.call('HGETALL', first), redis.call('PEXPIRETIME', first)
for n = from, to - 1 do
  local subject = 'filler-' .. math.floor(n / 5)
  local shard, family = 'strongroom:{' .. subject .. '}:', redis.sha1hex(n)
  redis.call('HSET', shard .. 's:' .. family, unpack(row))
  redis.call('HSET', shard .. 's:' .. family, 'subject', subject)
  redis.call('PEXPIREAT', shard .. 's:' .. family, ttl)
  for _, index in ipairs({ 'all:', 'live:' }) do
    redis.call('ZADD', shard .. index .. subject, n, family)
    redis.call('PEXPIREAT', shard .. index .. subject, ttl)
  end
end`;

async function redis(port) {
  const { Redis } = await import("ioredis");
  const { redisStore } = await import("strongroom/stores/redis");
  const client = new Redis(port, "127.0.0.1");
  const fill = async (from, to) => {
    const [, [first]] = await client.scan("0", "MATCH", "strongroom:*:s:*", "COUNT", "10000");
    for (let at = from; at < to; at += 1000) await client.eval(FILL, 1, first, at, Math.min(to, at + 1000));
  };
  return { store: redisStore(client), fill };
}
