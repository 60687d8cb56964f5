// The suite on Node, against the built package.
import { after, before, describe, test } from "node:test";
import { keyServerAt } from "./client.mjs";
import { startKeyServer } from "./server.mjs";
import { tests } from "./suite.mjs";

describe("Node", () => {
  let server;
  before(async () => (server = await startKeyServer()));
  after(() => server.stop());
  for (const [name, run] of Object.entries(tests)) {
    test(name, () => run({ keyServer: keyServerAt(server.origin) }));
  }
});
