// A key server that is down, failing, slow, huge, lying, redirecting or rotating brings nothing down while good keys are held,
// and is never hammered; jose's remote set goes through the same, for comparison. Counts are asserted, times never.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { compare } from "./compare.mjs";

let results;
before(async () => (results = await compare()));

const ours = (fault) => results[fault].strongroom;
const all = (fault) => assert.equal(ours(fault).successes, ours(fault).calls, JSON.stringify(ours(fault)));
const atMost = (fault, fetches) =>
  assert.ok(ours(fault).fetches <= fetches, `${ours(fault).fetches} fetches`);

after(() => {
  for (const [fault, by] of Object.entries(results ?? {})) {
    const told = Object.entries(by).map(
      ([library, { calls, successes, fetches }]) => `${library} ${successes} of ${calls}, ${fetches} fetches`,
    );
    console.log(`${fault}: ${told.join("; ")}`);
  }
});

for (const fault of ["down", "errors", "rubbish"]) {
  test(`${fault}: held keys serve on, and the server is asked once a minute at most`, () => {
    all(fault);
    assert.ok(ours(fault).calls >= 240);
    // Two hours, pauses of 30 to 60 s after the first few.
    atMost(fault, 1 + 8 + 240);
  });
}

test("slow: nobody waits in vain, and at most two fetches are under way", () => {
  all("slow");
  atMost("slow", 3);
});

test("huge: the reader gives up after 256 KiB", () => {
  all("huge");
  atMost("huge", 3);
  // What the sockets' buffers took besides.
  assert.ok(ours("huge").bytesSent < 16 * 1024 * 1024, `${ours("huge").bytesSent} bytes`);
});

test("redirecting: another's keys are never used", () => assert.equal(ours("redirecting").successes, 0));

test("a wrong content type does not spoil good keys", () => {
  all("wrong content type");
  atMost("wrong content type", 1);
});

test("rotated: the first call after a rotation succeeds, for one fetch", () => {
  all("rotated");
  atMost("rotated", 21);
});

test("1,000 keys: each is found, for one fetch", () => {
  all("1,000 keys");
  assert.equal(ours("1,000 keys").calls, 1000);
  atMost("1,000 keys", 1);
});

test("forged kids: a true rotation is found within 30 s, for few fetches, and nothing is kept", () => {
  const { calls, successes, fetches, growthFromForged } = ours("forged kids while rotating");
  assert.ok(successes >= calls - 30, `${successes} of ${calls}`);
  assert.ok(fetches <= 1 + 3 + 2 + 1, `${fetches} fetches in a minute`);
  assert.ok(growthFromForged < 1024 * 1024, `${growthFromForged} bytes`);
});
