// The store in memory: the conformance cases, and refreshes at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEndpoints } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { storeCases } from "strongroom/stores/testing";
import { Browser, ROUNDS, optionsOf, refreshAtOnceOver } from "./app.mjs";

const store = memoryStore({ quiet: true });
for (const { name, run } of storeCases(() => store, { rounds: ROUNDS })) test(name, run);

test("of 50 refreshes of one handle at once exactly one rotates", () =>
  refreshAtOnceOver(createEndpoints, [store]));

test("a deleted user is signed out everywhere, and may sign in again", async () => {
  const where = { origin: "https://app.example.com" };
  const auth = createEndpoints(optionsOf(store, where));
  const open = (subject) => new Browser(auth.fetch, where).signIn(subject);
  const [here, there, other] = await Promise.all([open("ada"), open("ada"), open("bob")]);
  await auth.sessions.deleteAll("ada");
  for (const browser of [here, there]) {
    const { status, reason } = await browser.refresh();
    assert.deepEqual([status, reason], [401, "unknown"]);
  }
  assert.deepEqual(await auth.sessions.list("ada"), { sessions: [] });
  assert.equal((await other.refresh()).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await (await open("ada")).refresh()).status, 200);
});
