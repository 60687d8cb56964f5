// The PostgreSQL store on a real server.
import { after, before, test } from "node:test";
import { Pool } from "pg";
import { createEndpoints } from "strongroom/endpoints";
import { createTables, postgresStore } from "strongroom/stores/postgres";
import { storeCases } from "strongroom/stores/testing";
import { ROUNDS, refreshAtOnceOver } from "./app.mjs";
import { startPostgres } from "./servers.mjs";

let server;
const pools = [];
before(async () => {
  server = await startPostgres();
  await createTables(connect());
});
after(async () => {
  for (const pool of pools) await pool.end();
  await server?.stop();
});

function connect(options) {
  const where = { host: "127.0.0.1", port: server.port, user: "strongroom", database: "postgres" };
  const pool = new Pool({ ...where, max: 8, ...options });
  pools.push(pool);
  return pool;
}

/** Lets time pass for what is kept beside the sessions. */
const pass = async (milliseconds) =>
  void (await connect().query("UPDATE strongroom_subjects SET until = until - $1", [milliseconds]));

const cases = storeCases(() => postgresStore(connect()), { rounds: ROUNDS, pass });
for (const { name, run } of cases) test(name, run);

test("of 50 refreshes of one handle at once exactly one rotates", () =>
  refreshAtOnceOver(
    createEndpoints,
    Array.from({ length: 4 }, () => postgresStore(connect())),
  ));

// A database may be set to stricter isolation than the store needs: its losers then get errors, not empty answers.
const strict = { options: "-c default_transaction_isolation=serializable" };
const races = storeCases(() => postgresStore(connect(strict)), { rounds: 3, racers: 20 });
for (const { name, run } of races.filter(({ name }) => /at once|try again|beats/.test(name))) {
  test(`serializable: ${name}`, run);
}
