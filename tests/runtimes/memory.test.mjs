// The suite on Node once more, with a wasm memory that moves whenever the core is called: a view of it that was made before is
// empty then, and whoever still looks at it sees no token, or a signature of no bytes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keyServerAt } from "./client.mjs";
import { startKeyServer } from "./server.mjs";

/** All methods but those that give a number that is there; what the glue calls to pass arguments is no method. */
const ALLOCATING = /^edgeverifier_(?!room$|answer$|generation$)/;

let moves = 0;

/** Instances whose functions grow the memory by a page before they begin and after they are done. */
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(Instance, args) {
    const { exports } = new Instance(...args);
    const move = () => {
      exports.memory.grow(1);
      moves += 1;
    };
    const moving = (call) =>
      function moved(...values) {
        move();
        try {
          return call(...values);
        } finally {
          move();
        }
      };
    const entries = Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === "function" && ALLOCATING.test(name) ? moving(value) : value,
    ]);
    return { exports: Object.fromEntries(entries) };
  },
});

describe("Node, with a memory that moves", () => {
  let server;
  before(async () => (server = await startKeyServer()));
  after(() => server.stop());
  after(() => assert.ok(moves > 1000, `it moved ${moves} times`));
  for (const suite of ["algorithms", "engines", "cache"]) {
    describe(suite, async () => {
      const { tests } = await import(`./suite/${suite}.mjs`);
      for (const [name, run] of Object.entries(tests)) {
        test(name, () => run({ keyServer: keyServerAt(server.origin) }));
      }
    });
  }
});
