// A real attacker: listens in one tab to what the tabs of an application tell each other: broadcast channels of every
// likely name, and storage events.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => {
    const names = [
      "strongroom",
      "auth",
      "oidc",
      "auth0",
      "token",
      "session",
      "strongroom /auth",
      ...redteam.channels,
    ];
    redteam.open = names.map((name) => {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => redteam.loot([name, data]);
      return channel;
    });
    addEventListener("storage", ({ key, oldValue, newValue }) => redteam.loot([key, oldValue, newValue]));
  },
  after: async ({ own, page }) => {
    const frame = document.createElement("iframe");
    frame.src = `${own}${page}`;
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await globalThis.app.call("/v1/me").catch(String);
  },
};
