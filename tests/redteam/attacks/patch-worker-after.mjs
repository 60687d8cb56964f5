// A real attacker: replaces `Worker`, `MessageChannel` and `Blob` once the application runs, and waits for the SDK to
// start its worker again.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  after: async (_, redteam) => {
    const { app } = globalThis;
    for (const name of ["Worker", "SharedWorker", "MessageChannel", "Blob", "BroadcastChannel", "Request"]) {
      const Own = globalThis[name];
      if (!Own) continue;
      globalThis[name] = class extends Own {
        constructor(...given) {
          super(...given);
          redteam.loot([name, ...given.map(String)]);
        }
      };
    }
    new MessageChannel();
    const replaced = redteam.looted.length;
    await app.call("/v1/me").catch(String);
    dispatchEvent(new Event("online"));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await app.call("/v1/me", { headers: { accept: "text/plain" } }).catch(String);
    return { replaced };
  },
  reached: ({ brought }) => brought.replaced > 0,
};
