// A real attacker: reads the browser's own list of what was loaded, where addresses with tokens in them would show,
// and times it.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  after: async (_, redteam) => {
    await globalThis.app.call("/v1/me").catch(String);
    redteam.loot(performance.getEntries().map((entry) => [entry.name, entry.entryType, entry.serverTiming]));
    redteam.loot((globalThis.navigation?.entries() ?? []).map(({ url }) => url));
    redteam.loot([location.href, document.referrer, document.URL, history.state]);
    const measured = await performance.measureUserAgentSpecificMemory?.().catch(String);
    redteam.loot(measured ?? "");
    return performance.getEntriesByType("resource").map(({ name }) => name);
  },
  reached: ({ brought }) => brought.some((name) => name.endsWith(".js")),
};
