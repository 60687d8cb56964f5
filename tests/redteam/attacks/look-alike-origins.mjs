// A real attacker: registers names that look like the API's, or takes over a subdomain of it, and waits for a token.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, sibling, evil }) => {
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
    const { port } = new URL(api);
    const names = [
      "api-example.com",
      "evil-api.example.com",
      "example.com",
      "xn--pi-7kc.example.com",
      "x.api.example.com",
    ];
    const outcomes = [];
    for (const name of names) outcomes.push(await attempt(`https://${name}:${port}/v1/me`));
    for (const origin of [sibling, evil, api.replace(port, "1"), api.replace("https", "http")]) {
      outcomes.push(await attempt(`${origin}/v1/me`, { credentials: "include" }));
    }
    return outcomes;
  },
};
