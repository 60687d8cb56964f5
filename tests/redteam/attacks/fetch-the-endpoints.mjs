// A real attacker: asks the vault itself to call the refresh endpoint, which it may reach, and to hand the answer
// over.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ home, asVault }, { attempt }) => {
    const { hostname, port } = new URL(home);
    const outcomes = [];
    for (const base of [
      home,
      home.toUpperCase(),
      `https://${hostname}.:${port}`,
      `//${hostname}:${port}`,
      `https://user@${hostname}:${port}`,
      `https:${hostname}:${port}`,
    ]) {
      for (const path of [
        "/auth/refresh",
        "/auth//refresh",
        "/x/../auth/refresh",
        "/auth/session",
        "/%61uth/refresh",
      ]) {
        outcomes.push(await attempt(base + path, { ...asVault, credentials: "include" }));
      }
    }
    return outcomes;
  },
  reached: ({ brought }) => brought.filter((outcome) => outcome === "resource_not_allowed").length >= 20,
};
