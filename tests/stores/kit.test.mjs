// The conformance kit itself: each of these faults is found by the case that is there for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { StoreFault, storeCases } from "strongroom/stores/testing";

const pause = () => new Promise((resolve) => setImmediate(resolve));

/** What is wrong, the case that must find it, and the methods of a store that does it wrong. */
const FAULTS = [
  {
    fault: "compares first and writes later, as a key-value store would",
    finds: "of many swaps at once exactly one wins",
    methods: (store) => ({
      cas: async (shard, family, version, next) => {
        const { row, now } = await store.load(shard, family);
        await pause();
        if (row.version === version && !row.revoked) await store.cas(shard, family, version, next);
        return { ok: row.version === version && !row.revoked, now };
      },
    }),
  },
  {
    fault: "swaps whatever the version",
    finds: "a swap of another version changes nothing",
    methods: (store) => ({
      cas: async (shard, family, _version, next) => {
        const loaded = await store.load(shard, family);
        return store.cas(shard, family, loaded?.row.version ?? 0, next);
      },
    }),
  },
  {
    fault: "reads from a replica that is behind",
    finds: "a swap is seen by every later load",
    methods: (store) => {
      const replica = new Map();
      return {
        load: async (shard, family) => {
          const fresh = await store.load(shard, family);
          const stale = replica.get(family) ?? fresh;
          replica.set(family, fresh);
          return stale;
        },
      };
    },
  },
  {
    fault: "lets logins at once end each other",
    finds: "of logins at once as many live as the limit allows",
    methods: (store) => ({
      create: async (shard, row, limit) => {
        await store.create(shard, row, 1000);
        await pause();
        const { sessions } = await store.list(shard, row.subject);
        const others = sessions.filter(
          ({ family, application }) => family !== row.family && application === row.application,
        );
        await pause();
        for (const { family } of others.slice(limit - 1)) await store.revoke(shard, family);
      },
    }),
  },
  {
    fault: "takes the caller's clock",
    finds: "the caller's clock takes no part",
    methods: (store) => ({
      load: async (shard, family) => ({ ...(await store.load(shard, family)), now: globalThis.Date.now() }),
    }),
  },
  {
    fault: "reports times of two clocks",
    finds: "time is the store's, near the true time, and does not run backwards",
    methods: (store) => ({
      cas: async (...parameters) => ({ ...(await store.cas(...parameters)), now: Date.now() - 5000 }),
    }),
  },
  {
    fault: "brings a revoked session back by a swap",
    finds: "a revoked session is over, and keeps nothing sealed",
    methods: (store) => {
      const revoked = new Set();
      return {
        revoke: async (_shard, family) => void revoked.add(family),
        load: async (shard, family) => {
          const loaded = await store.load(shard, family);
          return loaded && { ...loaded, row: { ...loaded.row, revoked: revoked.has(family) } };
        },
      };
    },
  },
  {
    fault: "takes a family twice",
    finds: "a family is created once",
    methods: (store) => ({
      create: (shard, row, limit) => store.create(shard, row, limit).catch(() => undefined),
    }),
  },
  {
    fault: "has no limit",
    finds: "beyond the limit the oldest live sessions of the application end",
    methods: (store) => ({ create: (shard, row) => store.create(shard, row, 100_000) }),
  },
  {
    fault: "counts the limit over all applications",
    finds: "beyond the limit the oldest live sessions of the application end",
    methods: (store) => ({
      create: (shard, row, limit) => store.create(shard, { ...row, application: "all" }, limit),
    }),
  },
  {
    fault: "counts revoked and expired sessions",
    finds: "revoked and expired sessions do not count towards the limit",
    methods: (store) => {
      const counts = new Map();
      return {
        create: async (shard, row, limit) => {
          await store.create(shard, row, 1000);
          const rows = [...(counts.get(row.subject) ?? []), row].sort((a, b) => b.createdAt - a.createdAt);
          counts.set(row.subject, rows);
          for (const old of rows.slice(limit)) await store.revoke(shard, old.family);
        },
      };
    },
  },
  {
    fault: "pages by offset",
    finds: "pages neither repeat nor leave out, whatever comes and goes between them",
    methods: (store) => ({
      list: async (shard, subject, cursor = "0") => {
        const sessions = [];
        let page = { cursor: undefined };
        do {
          page = await store.list(shard, subject, page.cursor);
          sessions.push(...page.sessions);
        } while (page.cursor !== undefined);
        const end = Number(cursor) + 50;
        const rest = sessions.length > end ? { cursor: String(end) } : {};
        return { sessions: sessions.slice(Number(cursor), end), ...rest };
      },
    }),
  },
  {
    fault: "forgets the revocation at the next login",
    finds: "a later login lives, and brings nothing back",
    methods: (store) => ({
      revokeSubject: async (shard, subject, before) => {
        const { sessions } = await store.list(shard, subject);
        const over = sessions.filter(({ createdAt }) => createdAt <= before);
        for (const { family } of over) await store.revoke(shard, family);
      },
    }),
  },
  {
    fault: "lets a login through that was under way at the revocation",
    finds: "a login that was under way at the revocation does not live",
    methods: (store) => ({
      revokeSubject: async (shard, subject, before) => {
        const { sessions } = await store.list(shard, subject);
        const over = sessions.filter(({ createdAt }) => createdAt <= before);
        for (const { family } of over) await store.revoke(shard, family);
      },
    }),
  },
  {
    fault: "deletes only what is live",
    finds: "deleting a subject deletes all its sessions, and no others",
    methods: (store) => ({
      deleteSubject: async (shard, subject) => store.revokeSubject(shard, subject, await store.now(shard)),
    }),
  },
  {
    fault: "looks whether a key is there, and puts it later",
    finds: "of many that put a key once exactly one is first",
    methods: (store) => ({
      putOnce: async (key, ttl) => {
        const first = (await store.get(key)) === undefined;
        await store.put(key, "", ttl);
        return first;
      },
    }),
  },
  {
    fault: "keeps values for ever",
    finds: "a value is kept until its time is over, and can be replaced",
    methods: (store) => ({ put: (key, value) => store.put(key, value, 1e6) }),
  },
  {
    fault: "cuts long texts",
    finds: "records come back byte for byte",
    methods: (store) => ({
      create: (shard, row, limit) =>
        store.create(shard, { ...row, record: row.record.slice(0, 65_535) }, limit),
    }),
  },
  {
    fault: "does not tell upper from lower case",
    finds: "hostile keys are kept apart",
    methods: (store) => ({
      put: (key, value, ttl) => store.put(key.toLowerCase(), value, ttl),
      get: (key) => store.get(key.toLowerCase()),
    }),
  },
];

for (const { fault, finds, methods } of FAULTS) {
  test(`a store that ${fault} is found out`, async () => {
    const store = memoryStore({ quiet: true });
    const own = methods(store);
    const faulty = new Proxy(store, {
      get: (target, name) => own[name] ?? target[name]?.bind(target),
    });
    const found = storeCases(() => faulty, { rounds: 3 }).find(({ name }) => name === finds);
    await assert.rejects(found.run(), (error) => {
      assert.ok(error instanceof StoreFault, String(error?.stack));
      assert.ok(error.message.length > 20);
      return true;
    });
  });
}
