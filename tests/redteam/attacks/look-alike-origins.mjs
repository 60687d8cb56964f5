// A real attacker: registers names that look like the API's, or takes over a subdomain of it, and waits for a token.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, sibling, evil }, { attempt }) => {
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
  reached: ({ brought }) => brought.filter((outcome) => outcome === "resource_not_allowed").length >= 8,
};
