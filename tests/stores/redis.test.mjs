// The Redis store on a real server, through three drivers.
import { after, before, test } from "node:test";
import { createClient } from "@redis/client";
import { Redis } from "ioredis";
import { createEndpoints } from "strongroom/endpoints";
import { redisStore } from "strongroom/stores/redis";
import { storeCases } from "strongroom/stores/testing";
import { ROUNDS, refreshAtOnceOver } from "./app.mjs";
import { BUN, describeProgram } from "./programs.mjs";
import { startRedis } from "./servers.mjs";

let server;
const closing = [];
before(async () => {
  server = await startRedis();
});
after(async () => {
  for (const close of closing) await close();
  await server?.stop();
});

async function viaRedis() {
  const client = createClient({ url: `redis://127.0.0.1:${server.port}` });
  await client.connect();
  closing.push(() => client.destroy());
  return redisStore(client);
}

function viaIoredis() {
  const client = new Redis(server.port, "127.0.0.1");
  closing.push(() => client.disconnect());
  return redisStore(client);
}

/** Lets time pass for what is kept beside the sessions. */
async function pass(milliseconds) {
  const client = new Redis(server.port, "127.0.0.1");
  for (const key of await client.keys("*:mark:*")) {
    const left = await client.pttl(key);
    if (left > 0) await client.pexpire(key, left - milliseconds);
  }
  client.disconnect();
}

// Stores of both drivers side by side lead to the same data.
let turn = 0;
const open = () => (turn++ % 2 === 0 ? viaRedis() : viaIoredis());
for (const { name, run } of storeCases(open, { rounds: ROUNDS, pass })) test(name, run);

test("of 50 refreshes of one handle at once exactly one rotates", async () =>
  refreshAtOnceOver(createEndpoints, await Promise.all([open(), open(), open(), open()])));

describeProgram("Bun's own client", {
  command: BUN,
  program: "programs/redis.mjs",
  argument: () => server.port,
});
