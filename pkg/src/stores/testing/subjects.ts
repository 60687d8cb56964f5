/** All sessions of a subject: listed in pages, revoked, deleted. */
import { change, check, same } from "./bench.ts";
import type { Case } from "./bench.ts";

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;

export const subjectCases: Record<string, Case> = {
  "a list shows the subject's live sessions, newest first": async (bench) => {
    const [store, subject, other] = [await bench.store(), bench.subject(), bench.subject()];
    const { createdAt: now } = await bench.row(subject);
    const middle = await bench.session(subject, { createdAt: now - 2 * MINUTE, application: "one" });
    const newest = await bench.session(subject, { createdAt: now - MINUTE, application: "two" });
    const oldest = await bench.session(subject, { createdAt: now - 3 * MINUTE });
    const revoked = await bench.session(subject);
    await store.revoke(subject.shard, revoked.family);
    await bench.session(subject, { idleExpiresAt: now - 1 });
    await bench.session(subject, { absoluteExpiresAt: now - 1 });
    await bench.session(other);
    const summary = ({ family, application, createdAt, idleExpiresAt, absoluteExpiresAt }: typeof newest) => {
      return { family, application, createdAt, idleExpiresAt, absoluteExpiresAt };
    };
    const page = await store.list(subject.shard, subject.subject);
    same(page, { sessions: [newest, middle, oldest].map(summary) }, "list");
  },

  "pages neither repeat nor leave out, whatever comes and goes between them": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const { createdAt: now } = await bench.row(subject);
    // Seven to a millisecond, so that pages end among sessions of the same age.
    const rows = [];
    for (let index = 0; index < 130; index++) {
      rows.push(await bench.session(subject, { createdAt: now - MINUTE - Math.floor(index / 7) }, 1000));
    }
    const gone = new Set<string>();
    const seen: { family: string; createdAt: number }[] = [];
    for (let cursor: string | undefined, pages = 0; ; pages++) {
      check(pages < 130, "list: more pages than sessions");
      const page = await store.list(subject.shard, subject.subject, cursor);
      seen.push(...page.sessions);
      cursor = page.cursor;
      if (cursor === undefined) break;
      // The first and the last of the page go, and somebody logs in.
      for (const { family } of [page.sessions[0], page.sessions.at(-1)] as typeof seen) {
        gone.add(family);
        await store.revoke(subject.shard, family);
      }
      await bench.session(subject, {}, 1000);
    }
    check(gone.size > 0, "list: 130 sessions came in one page; pages must be smaller");
    const families = seen.map(({ family }) => family);
    const wanted = rows.map(({ family }) => family);
    const missing = wanted.filter((family) => !families.includes(family)).length;
    same(
      { missing, repeated: families.length - new Set(families).size },
      { missing: 0, repeated: 0 },
      "pages",
    );
    const ages = seen.map(({ createdAt }) => createdAt);
    same(
      ages,
      ages.toSorted((a, b) => b - a),
      "newest first across pages",
    );
  },

  "a cursor that no page gave shows nothing": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    await bench.session(subject);
    for (const cursor of [
      "",
      "x",
      "-1",
      "NaN",
      "1e999",
      "' OR 1=1 --",
      "0",
      "[]",
      "\u0000",
      "9".repeat(400),
    ]) {
      const page = await store.list(subject.shard, subject.subject, cursor).catch(() => undefined);
      same(
        page?.cursor,
        undefined,
        `list with the cursor ${JSON.stringify(cursor.slice(0, 20))}: its cursor`,
      );
    }
  },

  "revoking a subject ends what was created up to then, in all applications": async (bench) => {
    const [store, subject, other] = [await bench.store(), bench.subject(), bench.subject()];
    const { createdAt: now } = await bench.row(subject);
    const before = await bench.session(subject, { createdAt: now - 1, application: "one" });
    const at = await bench.session(subject, { createdAt: now, application: "two" });
    const after = await bench.session(subject, { createdAt: now + 1 });
    const foreign = await bench.session(other, { createdAt: now - 1 });
    await store.revokeSubject(subject.shard, subject.subject, now);
    for (const { family } of [before, at]) {
      const { row } = await bench.load(subject, family);
      same([row.revoked, row.sealed], [true, null], "revoked and sealed of a session up to then");
    }
    same(await bench.listed(subject), [after.family], "list of the subject");
    same(await bench.listed(other), [foreign.family], "list of another subject");
  },

  "a later login lives, and brings nothing back": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const { createdAt: now } = await bench.row(subject);
    const old = await bench.session(subject, { createdAt: now - 5 });
    await store.revokeSubject(subject.shard, subject.subject, now);
    const later = await bench.session(subject, { createdAt: now + 1 });
    // An earlier time than the first takes nothing back.
    await store.revokeSubject(subject.shard, subject.subject, now - 10);
    const late = await bench.session(subject, { createdAt: now - 1 });
    same(await bench.listed(subject), [later.family], "list after the later login");
    for (const { family } of [old, late]) {
      const { row } = await bench.load(subject, family);
      check(row.revoked, "load: a session from before the revocation lives again");
      const { ok } = await store.cas(subject.shard, family, row.version, change(row, { revoked: false }));
      check(!ok, "cas: it brought back a session from before the revocation");
    }
  },

  "a login that was under way at the revocation does not live": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const { createdAt: now } = await bench.row(subject);
    const real = await bench.session(subject, { createdAt: now + 5 }, 1);
    await store.revokeSubject(subject.shard, subject.subject, now);
    const late = await bench.session(subject, { createdAt: now }, 1);
    same((await bench.load(subject, late.family)).row.revoked, true, "load of the late login: revoked");
    same(
      (await store.cas(subject.shard, late.family, 1, change(late, {}))).ok,
      false,
      "cas of the late login: ok",
    );
    same(await bench.listed(subject), [real.family], "list: the late login does not count towards the limit");
  },

  "deleting a subject deletes all its sessions, and no others": async (bench) => {
    const [store, subject, other] = [await bench.store(), bench.subject(), bench.subject()];
    const { createdAt: now } = await bench.row(subject);
    const rows = [
      await bench.session(subject, { createdAt: now - 2 }),
      await bench.session(subject, { createdAt: now - 1, application: "another" }),
      await bench.session(subject, { createdAt: now - DAY, idleExpiresAt: now - 1 }),
    ];
    await store.revoke(subject.shard, (rows[0] as (typeof rows)[number]).family);
    const foreign = await bench.session(other);
    await store.deleteSubject(subject.shard, subject.subject);
    for (const { family } of rows) {
      same(await store.load(subject.shard, family), undefined, "load of a deleted subject's session");
      const { ok } = await store.cas(subject.shard, family, 1, change(foreign, {}));
      same(ok, false, "cas of a deleted session: ok");
    }
    same(await bench.listed(subject), [], "list of a deleted subject");
    same(await bench.listed(other), [foreign.family], "list of another subject");

    const late = await bench.session(subject, { createdAt: now - 1 });
    same(
      (await bench.load(subject, late.family)).row.revoked,
      true,
      "a login under way at the deletion: revoked",
    );
    const again = await bench.session(subject, { createdAt: (await store.now(subject.shard)) + 1000 });
    same(await bench.listed(subject), [again.family], "list after somebody of this name logs in again");
    await store.deleteSubject(subject.shard, bench.subject().subject);
  },

  "a login that was under way at the deletion stays dead": async (bench) => {
    const [store, subject] = [await bench.store(), bench.subject()];
    const { createdAt } = await bench.session(subject);
    await store.deleteSubject(subject.shard, subject.subject);
    const late = await bench.session(subject, { createdAt });
    await bench.pass(DAY + MINUTE);
    const { row } = await bench.load(subject, late.family);
    same(row.revoked, true, "load of the late login a day after the deletion: revoked");
    const { ok } = await store.cas(subject.shard, late.family, row.version, change(late, {}));
    same(ok, false, "cas of the late login a day after the deletion: ok");
    same(await bench.listed(subject), [], "list a day after the deletion");
  },
};
