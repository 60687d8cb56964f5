// Whether every mutation still fits the sources: what drifts apart would be noticed only when `mutants.mjs` runs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MUTATIONS } from "./mutations.mjs";

test("every mutation has its place in the sources", () => {
  const texts = new Map();
  for (const [name, edits] of Object.entries(MUTATIONS)) {
    for (const { file, find, replace } of edits) {
      const place = fileURLToPath(new URL(`../../${file}`, import.meta.url));
      const text = texts.get(file) ?? readFileSync(place, "utf8");
      assert.ok(text.includes(find), `"${name}" does not fit ${file}: ${find}`);
      texts.set(
        file,
        text.replaceAll(find, () => replace),
      );
    }
  }
});
