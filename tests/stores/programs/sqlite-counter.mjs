// Raises a counter in one session 200 times, by load and compare-and-swap. Takes the database's file; prints the counter
// as it stands at the end, and how often another process was first.
import { Database } from "bun:sqlite";
import { sqliteStore } from "strongroom/stores/sqlite";

const store = sqliteStore(new Database(globalThis.process.argv.at(-1)));
const now = await store.now("");
const times = { createdAt: now, idleExpiresAt: now + 60_000, absoluteExpiresAt: now + 60_000 };
const rest = { idleExpiresAt: times.idleExpiresAt, sealed: null, lease: null, revoked: false };
const row = { family: "counter", subject: "s", application: "a", version: 1, record: "0", ...times, ...rest };
// The other process may have created it.
await store.create("", row, 1).catch(() => undefined);

let lost = 0;
for (let raised = 0; raised < 200;) {
  const { row } = await store.load("", "counter");
  const { ok } = await store.cas("", "counter", row.version, {
    ...rest,
    record: String(Number(row.record) + 1),
  });
  if (ok) raised++;
  else lost++;
  // Some room for the other to come in between.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
}
const { row: last } = await store.load("", "counter");
console.log(JSON.stringify({ counter: Number(last.record), lost }));
