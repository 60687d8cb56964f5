// The store in memory: the conformance cases, and refreshes at once.
import { test } from "node:test";
import { memoryStore } from "strongroom/stores/memory";
import { storeCases } from "strongroom/stores/testing";

const store = memoryStore({ quiet: true });
for (const { name, run } of storeCases(() => store)) test(name, run);
