// The store in memory: the conformance cases, and refreshes at once.
import { test } from "node:test";
import { createEndpoints } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { storeCases } from "strongroom/stores/testing";
import { ROUNDS, refreshAtOnceOver } from "./app.mjs";

const store = memoryStore({ quiet: true });
for (const { name, run } of storeCases(() => store, { rounds: ROUNDS })) test(name, run);

test("of 50 refreshes of one handle at once exactly one rotates", () =>
  refreshAtOnceOver(createEndpoints, [store]));
