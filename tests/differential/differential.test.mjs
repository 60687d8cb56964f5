// A short run of the differential with fixed seeds; `cargo xtask fuzz` runs it longer.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RULES } from "./rules.mjs";
import { run } from "./run.mjs";

test("every rule has its heading in docs/strictness.md, and every heading its rule", () => {
  const text = readFileSync(new URL("../../docs/strictness.md", import.meta.url), "utf8");
  const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings, Object.keys(RULES));
});

test("nothing is accepted that jose refuses, and every further refusal has its rule", async (t) => {
  const total = new Map();
  for (const seed of [1, 2, 3]) {
    const { counts } = await run({ tokens: 2000, seed });
    for (const [outcome, count] of counts) total.set(outcome, (total.get(outcome) ?? 0) + count);
  }
  for (const [outcome, count] of total) t.diagnostic(`${count} ${outcome}`);
  assert.ok(total.get("accepted by both") > 500, "the tokens are all bad");
  const unseen = Object.keys(RULES).filter((rule) => !total.has(rule));
  assert.ok(unseen.length <= 2, `never met: ${unseen.join(", ")}`);
});
