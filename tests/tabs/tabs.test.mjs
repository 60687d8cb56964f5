// Many tabs on one cookie jar, a bad network, crashes and sleep: nobody is logged out, and every request succeeds in the
// end. STRONGROOM_TABS=sample runs a small part of it. STRONGROOM_SEED chooses the seed; else each full run has a new one.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { describe, run } from "./run.mjs";
import { STRICT } from "./stack.mjs";

const sample = process.env.STRONGROOM_TABS === "sample";
const seed = process.env.STRONGROOM_SEED ?? String(sample ? 1 : randomInt(2 ** 31));

const runs = sample
  ? [{ engine: "chromium", tabs: 4, seconds: 30, least: 20 }]
  : [
      { engine: "chromium", tabs: 20, seconds: 240, least: 300 },
      { engine: "firefox", tabs: 5, seconds: 120, least: 50 },
    ];

for (const { least, ...options } of runs) {
  test(`${options.tabs} tabs in ${options.engine} stay signed in`, async (t) => {
    const result = await run({ ...options, seed });
    for (const line of describe(result).split("\n")) t.diagnostic(line);
    assert.deepEqual(result.ended, [], "the server has ended a session");
    assert.deepEqual(result.loggedOut, [], "a tab has seen a log-out");
    assert.deepEqual(result.gaveUp, [], "a request has never succeeded");
    assert.deepEqual(new Set(result.ends), new Set(["signed-in"]));
    // That it was not too easy.
    assert.ok(result.refreshes >= least, `only ${result.refreshes} refreshes`);
    for (const outcome of ["rotated", "coalesced", "no_rotate"]) {
      assert.ok(result.outcomes[`refresh ${outcome}`] > 0, `none was ${outcome}`);
    }
    for (const fault of ["response lost", "request lost", "duplicated"]) {
      assert.ok(sample || result.faults[`endpoints: ${fault}`] > 0, `none: ${fault}`);
    }
  });
}

const shut = "with the rotation's windows shut, the same weather logs people out";
if (!sample) {
  test(shut, async (t) => {
    const options = { engine: "chromium", tabs: 4, seconds: 30, seed: "1", timing: STRICT };
    const result = await run(options);
    for (const line of describe(result).split("\n")) t.diagnostic(line);
    const reuse = result.ended.filter(({ reason }) => reason === "reuse" || reason === "revoked");
    assert.ok(reuse.length > 0, "nobody was logged out: this suite could not fail");
    assert.ok(result.loggedOut.length > 0, "no tab has noticed");
  });
}
