/** One session: written, read, ended; and the limit of how many a subject has. */
import { change, check, same, unique } from "./bench.ts";
import type { Bench, Case } from "./bench.ts";

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;

export const sessionCases: Record<string, Case> = {
  "a session is loaded as it was created": async (bench) => {
    const subject = bench.subject();
    const lease = { holder: "somebody", number: 7, until: 1_800_000_000_123 };
    const rows = [
      await bench.session(subject),
      await bench.session(subject, { sealed: null, lease, version: 3 }),
    ];
    for (const row of rows) same((await bench.load(subject, row.family)).row, row, "load");
  },

  "what was never created is not there": async (bench) => {
    const [store, subject, family] = [await bench.store(), bench.subject(), unique(22)];
    const row = await bench.row(subject);
    same(await store.load(subject.shard, family), undefined, "load of an unknown family");
    same(
      (await store.cas(subject.shard, family, 1, change(row, {}))).ok,
      false,
      "cas of an unknown family: ok",
    );
    await store.revoke(subject.shard, family);
    same(await store.load(subject.shard, family), undefined, "load after revoking an unknown family");
    same(await store.list(subject.shard, subject.subject), { sessions: [] }, "list of an unknown subject");
  },

  "a family is created once": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const row = await bench.session(subject);
    await store.revoke(subject.shard, row.family);
    const refused = await store.create(subject.shard, { ...row, record: "again" }, 200).then(
      () => false,
      () => true,
    );
    check(refused, "create: a second session of the same family was taken; it must throw");
    const { row: loaded } = await bench.load(subject, row.family);
    check(loaded.revoked && loaded.record === row.record, "create: it wrote over a session that was there");
  },

  "what was given and what was taken are copies": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const lease = { holder: "somebody", number: 1, until: 5 };
    const row = await bench.row(subject, { lease });
    await store.create(subject.shard, row, 200);
    lease.number = 2;
    row.record = "changed";
    const { row: loaded } = await bench.load(subject, row.family);
    same([loaded.record, loaded.lease?.number], ["record", 1], "load after the caller changed its own row");
    loaded.record = "changed";
    const { row: again } = await bench.load(subject, row.family);
    same(again.record, "record", "load after the caller changed what it had loaded");
  },

  "time is the store's, near the true time, and does not run backwards": async (bench) => {
    const [stores, subject] = [await bench.stores(), bench.subject()];
    const row = await bench.session(subject);
    let before = 0;
    for (let turn = 0; turn < 12; turn++) {
      const store = stores[turn % stores.length] ?? stores[0];
      const swap = () => store.cas(subject.shard, row.family, 99, change(row, {}));
      const now = [
        () => store.now(subject.shard),
        async () => (await bench.load(subject, row.family, store)).now,
        async () => (await swap()).now,
      ][turn % 3] as () => Promise<number>;
      const time = await now();
      check(Number.isFinite(time), `now: expected milliseconds since the epoch, got ${String(time)}`);
      check(
        Math.abs(time - Date.now()) < 10 * MINUTE,
        `now: ${time} is more than ten minutes off (${Date.now()})`,
      );
      check(time >= before, `now: ${time} came after ${before}: now, load and cas must share one clock`);
      before = time;
    }
  },

  "the caller's clock takes no part": async (bench) => {
    const subject = bench.subject();
    const row = await bench.session(subject, { idleExpiresAt: (await bench.row(subject)).createdAt + DAY });
    const own = Date.now;
    try {
      Date.now = () => own() + 90 * DAY;
      same(await bench.listed(subject), [row.family], "list while the caller's clock is 90 days ahead");
      const { now } = await bench.load(subject, row.family);
      check(
        Math.abs(now - own()) < DAY,
        "load: its `now` followed the caller's clock, which was 90 days ahead",
      );
    } finally {
      Date.now = own;
    }
  },

  "a revoked session is over, and keeps nothing sealed": async (bench) => {
    const [stores, subject] = [await bench.stores(), bench.subject()];
    const row = await bench.session(subject, { lease: { holder: "somebody", number: 1, until: 5 } });
    await stores[0].revoke(subject.shard, row.family);
    await stores[0].revoke(subject.shard, row.family);
    for (const store of stores) {
      const { row: loaded } = await bench.load(subject, row.family, store);
      same([loaded.revoked, loaded.sealed, loaded.lease], [true, null, null], "revoked, sealed, lease");
      for (const version of [row.version, loaded.version]) {
        const { ok } = await store.cas(subject.shard, row.family, version, change(row, {}));
        check(!ok, "cas: it brought a revoked session back");
      }
    }
    same(await bench.listed(subject), [], "list after the only session was revoked");
  },

  "beyond the limit the oldest live sessions of the application end": async (bench) => {
    const subject = bench.subject();
    const { createdAt } = await bench.row(subject);
    const at = (age: number, application = "app") =>
      bench.session(subject, { createdAt: createdAt - age * MINUTE, application }, 3);
    const other = await at(9, "another application");
    const [b, a, c] = [await at(2), await at(3), await at(1)];
    same(await alive(bench, subject, [a, b, c, other]), [true, true, true, true], "alive at the limit");
    const d = await at(0);
    same(
      await alive(bench, subject, [a, b, c, d, other]),
      [false, true, true, true, true],
      "alive beyond it",
    );
    const { row } = await bench.load(subject, a.family);
    same([row.sealed, row.lease], [null, null], "sealed and lease of a session that gave way");
  },

  "of sessions created at the same time the new one stays": async (bench) => {
    const subject = bench.subject();
    const { createdAt } = await bench.row(subject);
    for (let login = 0; login < 8; login++) {
      const { family } = await bench.session(subject, { createdAt }, 2);
      const listed = await bench.listed(subject);
      check(
        listed.includes(family),
        "create: a session gave way to others as old as itself at its own login",
      );
      same(listed.length, Math.min(login + 1, 2), "live sessions at a limit of 2");
    }
  },

  "of logins at once as many live as the limit allows": async (bench) => {
    const stores = await bench.stores();
    for (let round = 1; round <= bench.rounds; round++) {
      const [subject, limit] = [bench.subject(), 1 + (round % 2)];
      const rows = await Promise.all(Array.from({ length: 4 }, () => bench.row(subject)));
      await Promise.all(
        rows.map((row, at) => (stores[at % stores.length] ?? stores[0]).create(subject.shard, row, limit)),
      );
      const { length } = await bench.listed(subject);
      check(
        length === limit,
        `create: round ${round}: of 4 logins at once at a limit of ${limit}, ${length} live. ` +
          "Logins that end each other sign everybody out",
      );
    }
  },

  "revoked and expired sessions do not count towards the limit": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const { createdAt } = await bench.row(subject);
    const past = { idleExpiresAt: createdAt - 1 };
    const old = await bench.session(subject, { createdAt: createdAt - DAY }, 2);
    const revoked = await bench.session(subject, { createdAt: createdAt - 3 }, 2);
    await store.revoke(subject.shard, revoked.family);
    await bench.session(subject, { createdAt: createdAt - 2, ...past }, 2);
    await bench.session(subject, { createdAt: createdAt - 1, ...past, absoluteExpiresAt: createdAt - 1 }, 2);
    const fresh = await bench.session(subject, { createdAt }, 2);
    same(await alive(bench, subject, [old, fresh]), [true, true], "alive, with room for both");
  },

  "at most 200 live, also after logins at once": async (bench) => {
    const [stores, subject, surplus] = [await bench.stores(), bench.subject(), 20];
    const { createdAt } = await bench.row(subject);
    const rows = await Promise.all(
      Array.from({ length: 200 + surplus }, (_, age) => bench.row(subject, { createdAt: createdAt - age })),
    );
    const waiting = [...rows.entries()];
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        await (stores[next[0] % stores.length] ?? stores[0]).create(subject.shard, next[1], 200);
      }
    };
    await Promise.all(Array.from({ length: 10 }, work));
    const wanted = rows.slice(0, 200).map(({ family }) => family);
    same((await bench.listed(subject)).sort(), wanted.sort(), "the newest 200 live on");
  },
};

async function alive(bench: Bench, subject: { shard: string; subject: string }, rows: { family: string }[]) {
  const listed = await bench.listed(subject);
  return Promise.all(
    rows.map(async ({ family }) => {
      const { row } = await bench.load(subject, family);
      same(listed.includes(family), !row.revoked, "list and load agree on whether a session lives");
      return !row.revoked;
    }),
  );
}
