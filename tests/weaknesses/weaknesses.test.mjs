// A regression for each weakness that tokens and their libraries have been published with, run against the wasm core, and
// with the runtime's own cryptography behind it.
// `node tests/weaknesses/mutants.mjs` shows that each of them fails once its defence is taken away.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { use } from "./issuer.mjs";
import { GROUPS } from "./list/index.mjs";

const all = Object.values(GROUPS).flat();

test("there are enough of them, each with a name and a defence of its own", (t) => {
  const advisories = new Set(all.flatMap(({ ids }) => ids));
  t.diagnostic(`${all.length} weaknesses, ${advisories.size} advisories`);
  assert.ok(all.length >= 60, String(all.length));
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, defence } of all) assert.ok(name && defence, name);
  for (const id of advisories) assert.match(id, /^(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3})$/);
});

for (const engine of ["wasm", "native"]) {
  for (const [group, weaknesses] of Object.entries(GROUPS)) {
    describe(`${group}, ${engine}`, () => {
      before(() => use(engine));
      for (const { name, ids, run } of weaknesses) {
        test(ids.length ? `${name} (${ids.join(", ")})` : name, () => run());
      }
    });
  }
}
