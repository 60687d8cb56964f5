// A real attacker: comes into the hands of the device after the user has signed out (a shared computer, a crash dump), and looks
// for what the vault's worker has left in its heap. (The wasm's own memory: `tests/browser/deep.test.mjs`.)
import { inspectWorker } from "../../browser/inspect.mjs";

const nowhere = [null, null];

export default {
  row: "read",
  expected: ["loses", null],
  // Only Chromium shows a worker's heap. In the isolated mode it is the same worker, out of its driver's reach.
  expectedIn: { firefox: nowhere, webkit: nowhere },
  dirty: true,
  after: async () => {
    const { app } = globalThis;
    const statuses = [];
    for (const path of ["/v1/me", "/v2/me", "/v1/me"]) {
      const response = await app.call(path);
      await response.text();
      statuses.push(response.status);
    }
    await app.vault.logout();
    return { statuses, session: app.vault.session.status };
  },
  drive: async ({ page }) => {
    const worker = await inspectWorker(page);
    await worker.send("Runtime.evaluate", { expression: "self.control = 'planted-' + 'by-the-attack'" });
    return worker.heap();
  },
  reached: ({ brought, driven }) =>
    brought.statuses.every((status) => status === 200) &&
    brought.session === "signed-out" &&
    driven.includes("planted-by-the-attack"),
};
