// The memory of verified tokens checks on every hit what could have changed since. Each of these checks is taken away here in turn, in a copy of
// the sources, and each time the same examples must fail.
import assert from "node:assert/strict";
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../../pkg/src/edge/cache.ts", import.meta.url));
const source = await readFile(file, "utf8");

async function load(text) {
  const { outputFiles } = await build({
    stdin: { contents: text, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

const TAIL = "s".repeat(43);
const token = `header.claims.${TAIL}`;
const facts = { key: 7, from: 1000, until: 2000 };
const held = { ids: new Set([7]), serveFrom: 1100, deadAt: 1900 };
const verified = Object.freeze({ header: {}, claims: {} });

/** What must be true of a memory of two tokens. */
function examples({ TokenCache, deepFreeze }) {
  const cache = new TokenCache(2);
  cache.add(token, verified, facts);
  const find = (changes = {}) => {
    const { text = token, now = 1500, keys = held } = changes;
    return cache.find(text, now, keys) === verified;
  };
  const wide = { ...held, serveFrom: 0, deadAt: 9999 };
  assert.ok(find(), "the same again");
  assert.ok(!find({ text: `header.another.${TAIL}` }), "another token with the same end");
  assert.ok(!find({ text: token.slice(0, -1) }), "a part of it");
  assert.ok(find({ now: 1000, keys: wide }) && !find({ now: 999, keys: wide }), "not before its time");
  assert.ok(find({ now: 1999, keys: wide }) && !find({ now: 2000, keys: wide }), "not after its time");
  assert.ok(find({ now: 1100 }) && !find({ now: 1099 }), "not before the keys serve");
  assert.ok(find({ now: 1899 }) && !find({ now: 1900 }), "not once the keys are dead");
  assert.ok(!find({ keys: { ...held, ids: new Set([8]) } }), "not without the very key");
  assert.ok(!find({ now: Number.NaN }), "not without a clock");
  assert.ok(cache.has(token) && !cache.has(`header.another.${TAIL}`));

  // The least recently used goes out, and what has the same end replaces.
  const other = (letter) => `header.claims.${letter.repeat(43)}`;
  cache.add(other("a"), verified, facts);
  assert.ok(find());
  cache.add(other("b"), verified, facts);
  assert.ok(find() && !find({ text: other("a") }) && find({ text: other("b") }), "the oldest is gone");
  cache.add(`header.another.${TAIL}`, verified, facts);
  assert.ok(!find() && find({ text: `header.another.${TAIL}` }) && find({ text: other("b") }));

  const shared = deepFreeze({ list: [1, { deep: [] }], object: { list: [[]] }, nothing: null });
  const frozen = [shared, shared.list, shared.list[1], shared.list[1].deep, shared.object.list[0]];
  assert.ok(frozen.every(Object.isFrozen), "frozen at every depth");
}

/** Each check, and what is there without it. */
const MUTANTS = [
  ["entry.token !== token", "false"],
  ["now >= entry.from", "true"],
  ["now < entry.until", "true"],
  ["now >= keys.serveFrom", "true"],
  ["now < keys.deadAt", "true"],
  ["keys.ids.has(entry.key)", "true"],
  ["now >= entry.from && now < entry.until", "!(now < entry.from || now >= entry.until)", 2],
  ["if (!isInTime || !isKeyServed) return undefined;", ""],
  ["this.#entries.get(token.slice(-TAIL))?.token === token", "this.#entries.has(token.slice(-TAIL))"],
  ["this.#entries.size >= this.#max && this.#oldest", "false"],
  ["if (entry !== this.#newest) {", "if (false) {"],
  ["if (known) this.#remove(known);", "if (known) return;"],
  ['if (typeof member === "object") deepFreeze(member);', ";"],
  ["for (const member of value)", "for (const member of [])"],
  ["return Object.freeze(value);", "return value;"],
];

test("the memory as it is", async () => {
  examples(await load(source));
});

for (const [check, without, sites] of MUTANTS) {
  test(`without: ${check}`, async () => {
    assert.ok(source.includes(check), "the source has changed: change this list with it");
    let text = source.replaceAll(check, () => without);
    // A time that is no number passes neither this check nor the keys': both are needed to see it.
    if (sites === 2)
      text = text.replace(
        "now >= keys.serveFrom && now < keys.deadAt",
        "!(now < keys.serveFrom || now >= keys.deadAt)",
      );
    const mutant = await load(text);
    assert.throws(() => examples(mutant), "nothing fails");
  });
}
