/** Values beside the sessions: remembered once, or kept for a while. */
import { check, same, sleep, unique } from "./bench.ts";
import type { Case } from "./bench.ts";

export const valueCases: Record<string, Case> = {
  "a key is put once, until its time is over": async (bench) => {
    const [store, key] = [await bench.store(), unique(22)];
    await store.putOnce(`${key} short`, 1);
    same(await store.putOnce(key, 60), true, "putOnce, the first time");
    same(await store.putOnce(key, 60), false, "putOnce, the second time");
    await sleep(1.3);
    same(await store.putOnce(key, 60), false, "putOnce, with most of its minute left");
    same(await store.putOnce(`${key} short`, 60), true, "putOnce after its second is over");
    same(await store.putOnce(`${key} short`, 60), false, "putOnce after that");
  },

  "of many that put a key once exactly one is first": async (bench) => {
    for (let round = 1; round <= bench.rounds; round++) {
      const key = unique(22);
      const first = (await bench.race((store) => store.putOnce(key, 60))).filter(Boolean).length;
      check(
        first === 1,
        `putOnce: round ${round}: of ${bench.racers} at once, ${first} were told to be first; exactly one must. ` +
          "A replayed logout token or state would be accepted twice",
      );
    }
  },

  "of many that put an expired key once exactly one is first": async (bench) => {
    const keys = Array.from({ length: Math.min(5, bench.rounds) }, () => unique(22));
    const store = await bench.store();
    for (const key of keys) await store.putOnce(key, 1);
    await sleep(1.3);
    for (const key of keys) {
      const first = (await bench.race((racer) => racer.putOnce(key, 60))).filter(Boolean).length;
      same(first, 1, "putOnce of an expired key: how many were first");
    }
  },

  "a value is kept until its time is over, and can be replaced": async (bench) => {
    const [stores, key] = [await bench.stores(), unique(22)];
    same(await stores[0].get(key), undefined, "get of an unknown key");
    await stores[0].put(`${key} short`, "short", 1);
    await stores[0].put(`${key} extended`, "short", 1);
    await stores[0].put(key, "first", 60);
    for (const store of stores) same(await store.get(key), "first", "get");
    await stores[0].put(key, "second", 60);
    await stores[0].put(`${key} extended`, "long", 60);
    for (const store of stores) same(await store.get(key), "second", "get after the value was replaced");
    await sleep(1.3);
    for (const store of stores) {
      same(await store.get(`${key} short`), undefined, "get after its second is over");
      same(await store.get(`${key} extended`), "long", "get of a value whose time was extended");
      same(await store.get(key), "second", "get with most of its minute left");
    }
  },

  "a value that is put anew may end sooner": async (bench) => {
    const [store, key] = [await bench.store(), unique(22)];
    await store.put(key, "long", 3600);
    await store.put(key, "short", 1);
    await sleep(1.3);
    same(await store.get(key), undefined, "get");
  },

  "values and sessions do not meet": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const row = await bench.session(subject);
    for (const key of [row.family, subject.subject, subject.shard]) {
      same(await store.get(key), undefined, "get of a session's name");
      same(await store.putOnce(key, 60), true, "putOnce of a session's name");
      await store.put(key, "value", 60);
    }
    same((await bench.load(subject, row.family)).row, row, "load after values of the same name");
  },
};
