// A real attacker: asks the vault itself to call the refresh endpoint, which it may reach, and to hand the answer
// over.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ home, asVault }) => {
    const { app, redteam } = globalThis;
    const attempt = async (input, init) => {
      try {
        const response = await app.vault.fetch(input, init);
        redteam.loot([response.url, response.status, [...response.headers], await response.text()]);
        return response.status;
      } catch (error) {
        redteam.loot([error.name, error.code, error.message, error.stack]);
        return error.code ?? error.name;
      }
    };
    const { port } = new URL(home);
    const { hostname } = new URL(home);
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
};
