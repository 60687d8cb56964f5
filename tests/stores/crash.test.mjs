// Databases that die and databases that forget: under load, `kill -9` and a restart lose no session and no write that
// was answered; an old copy put back loses no session that was in it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { createEndpoints } from "strongroom/endpoints";
import { createTables, postgresStore } from "strongroom/stores/postgres";
import { redisStore } from "strongroom/stores/redis";
import { Browser, optionsOf, random } from "./app.mjs";
import { startPostgres, startRedis } from "./servers.mjs";

/** The rotation's constants, shrunk so that every session rotates about twice a second. */
const TIMING = { timeout: 200, overlap: 400, rest: 400, late: 800 };
const ISOLATES = 3;

/** Starts a server; gives it, stores on connections of their own, and how to close those. */
const DATABASES = {
  Redis: async () => {
    const server = await startRedis();
    const options = { maxRetriesPerRequest: 0, enableOfflineQueue: false, retryStrategy: () => 50 };
    const clients = Array.from({ length: ISOLATES }, () => new Redis(server.port, "127.0.0.1", options));
    for (const client of clients) client.on("error", () => undefined);
    await Promise.all(clients.map((client) => new Promise((resolve) => client.once("ready", resolve))));
    const close = () => clients.forEach((client) => client.disconnect());
    return { server, close, stores: clients.map((client) => redisStore(client)) };
  },
  PostgreSQL: async () => {
    const server = await startPostgres();
    const where = { host: "127.0.0.1", port: server.port, user: "strongroom", database: "postgres", max: 5 };
    const pools = Array.from({ length: ISOLATES }, () => new Pool(where));
    for (const pool of pools) pool.on("error", () => undefined);
    await createTables(pools[0]);
    const close = () => Promise.all(pools.map((pool) => pool.end()));
    return { server, close, stores: pools.map((pool) => postgresStore(pool)) };
  },
};

/** Browsers that refresh all the time, and a new one every now and then. */
class Load {
  browsers = [];
  counts = {};
  alerts = {};
  #running = false;
  #work = [];

  constructor(stores) {
    const where = { origin: "https://app.example.com" };
    const onOutcome = ({ alert }) => alert && (this.alerts[alert] = (this.alerts[alert] ?? 0) + 1);
    const options = (store) => optionsOf(store, { ...where, onOutcome, timing: TIMING });
    const isolates = stores.map((store) => createEndpoints(options(store)));
    let turn = 0;
    this.open = () => new Browser((request) => isolates[turn++ % isolates.length].fetch(request), where);
  }

  /** A browser counts from when its sign-in was answered. */
  async signIn() {
    const browser = await this.open().signIn(random());
    this.browsers.push(browser);
    if (this.#running) this.#work.push(this.#use(browser));
  }

  start() {
    this.#running = true;
    this.#work = this.browsers.map((browser) => this.#use(browser));
    this.#work.push(this.#arrive());
  }

  async stop() {
    this.#running = false;
    while (this.#work.length > 0) await this.#work.pop();
  }

  async #arrive() {
    while (this.#running) {
      // One that fails was never signed in, as far as its user knows.
      await this.signIn().catch(() => undefined);
      await sleep(60);
    }
  }

  async #use(browser) {
    while (this.#running) {
      const { status, outcome, code, reason, cookies } = await browser.refresh();
      const name = status === 200 ? outcome : `${code}${reason ? `: ${reason}` : ""}`;
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      if (status !== 200) assert.equal(cookies, 0, "a failing refresh set a cookie");
      await sleep(30 + 40 * Math.random());
    }
  }
}

/** How it goes on for a browser: the first answer that is not a request to try again. */
async function goesOn(browser) {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await browser.refresh();
    if (answer.status !== 503 && answer.status !== 409) return answer;
    await sleep(50);
  }
  return { status: 503 };
}

const lostOf = async (browsers) => {
  const answers = await Promise.all(browsers.map(goesOn));
  return answers.filter(({ status }) => status !== 200).map(({ status, reason }) => `${status} ${reason}`);
};

for (const [name, open] of Object.entries(DATABASES)) {
  describe(name, () => {
    test("kill -9 under load, three times: no session and no answered write is lost", async (t) => {
      const { server, stores, close } = await open();
      t.after(async () => {
        await close();
        await server.stop();
      });
      const load = new Load(stores);
      for (let index = 0; index < 20; index++) await load.signIn();
      load.start();
      for (let crash = 0; crash < 3; crash++) {
        await sleep(700 + 600 * Math.random());
        await server.kill();
        await sleep(200);
        await server.restart();
      }
      await sleep(700);
      await load.stop();
      t.diagnostic(`${load.browsers.length} sessions, answers: ${JSON.stringify(load.counts)}`);
      assert.deepEqual(await lostOf(load.browsers), []);
      // A handle that is ahead of the record tells of a write that was answered and then lost.
      assert.deepEqual(load.alerts, {});
      assert.deepEqual(
        Object.keys(load.counts).filter((outcome) => /session_ended|reuse/.test(outcome)),
        [],
      );
      assert.ok(load.counts.rotated > 20, "the load hardly rotated");
      assert.ok(load.counts.store_unavailable > 0, "nothing was under way at the kill");
    });

    test("an old copy put back: no session that was in it is lost, younger ones end", async (t) => {
      const { server, stores, close } = await open();
      t.after(async () => {
        await close();
        await server.stop();
      });
      const load = new Load(stores);
      for (let index = 0; index < 20; index++) await load.signIn();
      load.start();
      await sleep(1200);
      await load.stop();
      await server.kill();
      const restore = server.snapshot();
      const old = [...load.browsers];
      await server.restart();
      assert.deepEqual(await lostOf(old), []);
      load.start();
      await sleep(2500);
      await load.stop();
      for (let index = 0; index < 3; index++) await load.signIn();
      const younger = load.browsers.slice(old.length);
      await server.kill();
      restore();
      await server.restart();

      assert.deepEqual(load.alerts, {}, "before the copy was put back");
      assert.deepEqual(await lostOf(old), []);
      t.diagnostic(
        `${old.length} sessions in the copy, ${younger.length} younger, ${load.alerts.lost_writes} told`,
      );
      assert.ok(load.alerts.lost_writes >= old.length / 2, "the operator was not told");
      const answers = await Promise.all(younger.map(goesOn));
      for (const { status, reason } of answers) assert.deepEqual([status, reason], [401, "unknown"]);
      // Afterwards they rotate as ever.
      load.browsers = old;
      load.start();
      await sleep(1500);
      await load.stop();
      assert.deepEqual(await lostOf(old), []);
      assert.deepEqual(Object.keys(load.alerts), ["lost_writes"]);
    });
  });
}
