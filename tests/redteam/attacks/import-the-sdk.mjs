// A real attacker: imports the application's own SDK a second time, opens a vault of their own beside the
// application's, and tries every function and property that it has in the hope of one that gives a token.
export default {
  row: "read",
  expected: ["loses", "loses"],
  after: async ({ isolated, vault, id, resources }, redteam) => {
    const sdk = await import("/pkg/index.js");
    const options = isolated ? { isolated: vault } : { endpoints: "/auth", provider: id, resources };
    const mine = await sdk.openVault(options);
    redteam.mine = [sdk, mine];
    for (const name of Reflect.ownKeys(mine)) {
      if (["fetch", "login", "close"].includes(name)) continue;
      const value = mine[name];
      redteam.loot(typeof value === "function" ? String(value) : value);
    }
    redteam.loot(mine.session);
    const statuses = [];
    for (const path of ["/v1/me", "/v2/me"]) {
      const response = await mine.fetch(`${redteam.api}${path}`);
      statuses.push(response.status);
      redteam.loot([response.url, [...response.headers], await response.text()]);
    }
    return { names: Reflect.ownKeys(mine), statuses };
  },
  reached: ({ brought }) => brought.names.includes("fetch") && brought.statuses.join() === "200,200",
};
