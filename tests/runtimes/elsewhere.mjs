// The suite in a runtime other than the one that runs the tests: that one is asked for each test in turn.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startKeyServer } from "./server.mjs";
import { tests } from "./suite.mjs";

/**
 * Runs the suite under the runtime's name. `start()` gives `ask(path)`, the text that worker.mjs answers there, and
 * `stop()`.
 */
export function suiteIn(runtime, start) {
  describe(runtime, () => {
    let keys;
    let other;
    before(async () => {
      keys = await startKeyServer();
      other = await start();
    });
    after(() => Promise.all([other?.stop(), keys.stop()]));

    test("it has every test of the suite", async () => {
      assert.deepEqual(JSON.parse(await other.ask("/")), Object.keys(tests));
    });
    for (const name of Object.keys(tests)) {
      test(name, async () => {
        assert.equal(await other.ask(`/run?${new URLSearchParams({ name, keys: keys.origin })}`), "ok");
      });
    }
  });
}

/** A runtime that serves worker.mjs over HTTP, once it has printed where. */
export async function served(child) {
  try {
    const [origin] = await child.printed(/http:\/\/[\w.]+:\d+/);
    return {
      ask: async (path) => (await fetch(origin + path)).text(),
      stop: () => child.end(),
    };
  } catch (error) {
    await child.end();
    throw error;
  }
}
