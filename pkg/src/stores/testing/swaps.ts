/** Compare-and-swap: the one thing that rotation rests on. */
import { change, check, same } from "./bench.ts";
import type { Case } from "./bench.ts";
import type { Store } from "../store.ts";

export const swapCases: Record<string, Case> = {
  "a swap replaces the changeable part and adds one to the version": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const row = await bench.session(subject);
    const lease = { holder: "somebody", number: 1, until: 12 };
    const next = {
      record: "next",
      idleExpiresAt: row.idleExpiresAt + 1,
      sealed: "other",
      lease,
      revoked: false,
    };
    same((await store.cas(subject.shard, row.family, 1, next)).ok, true, "cas: ok");
    same((await bench.load(subject, row.family)).row, { ...row, ...next, version: 2 }, "load after cas");
    const last = { ...next, sealed: null, lease: null };
    same((await store.cas(subject.shard, row.family, 2, last)).ok, true, "cas: ok");
    same(
      (await bench.load(subject, row.family)).row,
      { ...row, ...last, version: 3 },
      "load after cas to null",
    );
  },

  "a swap of another version changes nothing": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const row = await bench.session(subject, { version: 5 });
    for (const version of [0, 4, 6, -5, 55]) {
      const { ok } = await store.cas(subject.shard, row.family, version, change(row, { record: "next" }));
      same(ok, false, `cas of version ${version} where it is 5: ok`);
    }
    same((await bench.load(subject, row.family)).row, row, "load after swaps that lost");
  },

  "of many swaps at once exactly one wins": async (bench) => {
    const subject = bench.subject();
    for (let round = 1; round <= bench.rounds; round++) {
      const row = await bench.session(subject);
      const answers = await bench.race(async (store, index) => {
        const { ok } = await store.cas(
          subject.shard,
          row.family,
          1,
          change(row, { record: `racer ${index}` }),
        );
        return ok ? `racer ${index}` : undefined;
      });
      const winners = answers.filter((winner) => winner !== undefined);
      check(
        winners.length === 1,
        `cas: round ${round}: of ${bench.racers} swaps of version 1 at once, ${winners.length} won; exactly one must. ` +
          "The comparison and the write have to be one step of the database",
      );
      const { row: loaded } = await bench.load(subject, row.family);
      same([loaded.version, loaded.record], [2, winners[0]], `cas: round ${round}: the winner's row`);
      await (await bench.store()).revoke(subject.shard, row.family);
    }
  },

  "swaps that lose and try again all get in": async (bench) => {
    const subject = bench.subject();
    const row = await bench.session(subject, { record: "0" });
    const racers = Math.min(bench.racers, 12);
    const add = async (store: Store) => {
      for (let tries = 0; tries < 1000; tries++) {
        const { row: now } = await bench.load(subject, row.family, store);
        const next = change(now, { record: String(Number(now.record) + 1) });
        if ((await store.cas(subject.shard, row.family, now.version, next)).ok) return;
      }
      check(false, "cas: lost 1000 times in a row against a handful of others");
    };
    const stores = await bench.stores();
    await Promise.all(
      Array.from({ length: racers }, (_, index) => add(stores[index % stores.length] ?? stores[0])),
    );
    const { row: loaded } = await bench.load(subject, row.family);
    same(
      [loaded.record, loaded.version],
      [String(racers), racers + 1],
      "a counter that each racer raised once",
    );
  },

  "a swap is seen by every later load": async (bench) => {
    const [stores, subject] = [await bench.stores(), bench.subject()];
    const row = await bench.session(subject);
    for (let version = 1; version <= 2 * bench.rounds; version++) {
      const writer = stores[version % stores.length] ?? stores[0];
      const next = change(row, { record: `version ${version + 1}` });
      same(
        (await writer.cas(subject.shard, row.family, version, next)).ok,
        true,
        `cas of version ${version}: ok`,
      );
      for (const reader of stores) {
        const { row: seen } = await bench.load(subject, row.family, reader);
        check(
          seen.version === version + 1 && seen.record === next.record,
          `load: version ${seen.version} after a swap to ${version + 1} had been answered: a stale read. ` +
            "Read from the primary, without a cache",
        );
      }
    }
  },

  "a revocation beats the swaps it meets": async (bench) => {
    for (let round = 1; round <= bench.rounds; round++) {
      const [store, subject] = [await bench.store(), bench.subject()];
      const row = await bench.session(subject);
      await Promise.all([
        bench.race((racer, index) =>
          racer.cas(subject.shard, row.family, 1, change(row, { record: `racer ${index}` })),
        ),
        round % 2 === 0
          ? store.revoke(subject.shard, row.family)
          : store.revokeSubject(subject.shard, subject.subject, row.createdAt),
      ]);
      const { row: loaded } = await bench.load(subject, row.family);
      same([loaded.revoked, loaded.sealed], [true, null], `round ${round}: revoked, sealed`);
    }
  },

  "a session that a swap revokes stays revoked": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const row = await bench.session(subject);
    const over = change(row, { record: "over", revoked: true, sealed: null });
    same((await store.cas(subject.shard, row.family, 1, over)).ok, true, "cas that revokes: ok");
    const { row: loaded } = await bench.load(subject, row.family);
    same([loaded.revoked, loaded.record, loaded.sealed], [true, "over", null], "revoked, record, sealed");
    same((await store.cas(subject.shard, row.family, 2, change(row, {}))).ok, false, "cas after it: ok");
    same(await bench.listed(subject), [], "list after it");
  },

  "many sessions are swapped at once without standing in each other's way": async (bench) => {
    const subjects = await bench.race(async () => {
      const subject = bench.subject();
      return { subject, row: await bench.session(subject) };
    });
    const answers = await bench.race(async (store, index) => {
      const { subject, row } = subjects[index] as (typeof subjects)[number];
      return (await store.cas(subject.shard, row.family, 1, change(row, { record: "next" }))).ok;
    });
    same(answers.filter((ok) => !ok).length, 0, "swaps of sessions of their own that lost");
  },
};
