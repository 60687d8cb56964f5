/** Texts come back as they went in, and none is taken for another or for part of a query. */
import { change, same, unique } from "./bench.ts";
import type { Case } from "./bench.ts";

/** Endings that once meant something to some database, and pairs that some collations take for the same. */
const HOSTILE = [
  ...["'", '"', "`", "\\", "%", "_", "*", "?", "$1", ":", "{", "}", "{}", "/", "..", "#", "&", "=", ";", ","],
  ...["' OR '1'='1", "'; DROP TABLE strongroom_sessions; --", "\r\nDEL x\r\n", "__proto__", "constructor"],
  ...[" ", "\t", "\n", "\u0001", "\u007f", "\u00a0", "\u200b", "\ufeff", "\u202e"],
  ...["a", "A", "ä", "a\u0308", "ß", "ss", "I", "ı", "i", "😀", "\u{10ffff}", "x".repeat(255)],
];

export const textCases: Record<string, Case> = {
  "records come back byte for byte": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const every = Array.from({ length: 0x2ff }, (_, code) => String.fromCharCode(code + 1)).join("");
    const texts = [
      "",
      " ",
      every,
      JSON.stringify({ a: [1, "é", null] }),
      unique(100).repeat(1000),
      "😀".repeat(2000),
    ];
    for (const text of [...texts, ...HOSTILE]) {
      const row = await bench.session(subject, { record: text, sealed: text });
      const { row: created } = await bench.load(subject, row.family);
      same([created.record, created.sealed], [text, text], `a new record of ${text.length} characters`);
      const lease = { holder: text, number: 1, until: 2 };
      await store.cas(subject.shard, row.family, 1, change(row, { lease }));
      const { row: loaded } = await bench.load(subject, row.family);
      const what = `a swapped record of ${text.length} characters`;
      same([loaded.record, loaded.sealed, loaded.lease?.holder], [text, text, text], what);
      await store.put(row.family, text, 60);
      same(await store.get(row.family), text, `a value of ${text.length} characters`);
      await store.revoke(subject.shard, row.family);
    }
  },

  "hostile subjects are kept apart": async (bench) => {
    const store = await bench.store();
    const { shard, subject: prefix } = bench.subject();
    const subjects = HOSTILE.map((ending) => ({ shard, subject: prefix + ending }));
    const families = new Map<string, string>();
    for (const subject of subjects) {
      const row = await bench.session(subject, { application: subject.subject });
      families.set(subject.subject, row.family);
      same(
        (await bench.load(subject, row.family)).row,
        row,
        `load, subject ${JSON.stringify(subject.subject)}`,
      );
    }
    for (const [index, subject] of subjects.entries()) {
      const name = JSON.stringify(subject.subject);
      same(await bench.listed(subject), [families.get(subject.subject)], `list, subject ${name}`);
      const end = index % 2 === 0 ? "revokeSubject" : "deleteSubject";
      await store[end](shard, subject.subject, await store.now(shard));
      same(await bench.listed(subject), [], `list after ${end}, subject ${name}`);
    }
  },

  "hostile families and applications are kept apart": async (bench) => {
    const [store, subject, prefix] = [await bench.store(), bench.subject(), unique(12)];
    for (const ending of HOSTILE) {
      const row = await bench.session(subject, { family: prefix + ending, application: ending }, 1);
      same(
        (await bench.load(subject, row.family)).row,
        row,
        `load, family ending in ${JSON.stringify(ending)}`,
      );
    }
    same((await bench.listed(subject)).length, HOSTILE.length, "one session for each application");
    for (const ending of HOSTILE) await store.revoke(subject.shard, prefix + ending);
    same(await bench.listed(subject), [], "list after revoking each");
  },

  "hostile keys are kept apart": async (bench) => {
    const [store, prefix] = [await bench.store(), unique(12)];
    for (const ending of HOSTILE) await store.put(prefix + ending, `value of ${ending}`, 60);
    for (const ending of HOSTILE) {
      same(
        await store.get(prefix + ending),
        `value of ${ending}`,
        `get, key ending in ${JSON.stringify(ending)}`,
      );
    }
    for (const ending of HOSTILE) {
      const first = await store.putOnce(`once ${prefix}${ending}`, 60);
      same(first, true, `putOnce, key ending in ${JSON.stringify(ending)}`);
    }
  },

  "what cannot be stored is refused, not cut short": async (bench) => {
    const [store, prefix] = [await bench.store(), unique(12)];
    await store.put(prefix, "whole", 60);
    await store.put(`${prefix}\u0000tail`, "tail", 60).catch(() => undefined);
    same(await store.get(prefix), "whole", "get after a key with a NUL in it was put");
    await store.put(`${prefix}-nul`, "a\u0000b", 60).catch(() => undefined);
    const found = await store.get(`${prefix}-nul`);
    same(
      found === undefined || found === "a\u0000b",
      true,
      "a value with a NUL in it came back whole or not at all",
    );
  },
};
