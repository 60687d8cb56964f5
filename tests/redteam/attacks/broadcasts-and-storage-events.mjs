// A real attacker: listens in one tab to what the tabs of an application tell each other: broadcast channels of every
// likely name, and storage events.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => {
    const likely = ["strongroom", "auth", "oidc", "auth0", "token", "session", "strongroom /auth"];
    redteam.overheard = [];
    redteam.open = [...likely, ...redteam.channels].map((name) => {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => {
        redteam.overheard.push(name);
        redteam.loot([name, data]);
      };
      return channel;
    });
    addEventListener("storage", ({ key, oldValue, newValue }) => {
      redteam.overheard.push(`storage ${key}`);
      redteam.loot([key, oldValue, newValue]);
    });
  },
  after: async ({ own, page, channels }, redteam) => {
    const { contentWindow } = redteam.frame({ src: `${own}${page}` });
    await redteam.until(() => contentWindow.app?.done);
    await globalThis.app.call("/v1/me").catch(String);
    // The attacker's own words, from the other document: what is said can be heard.
    const [last = "auth"] = channels;
    new contentWindow.BroadcastChannel(last).postMessage("mine");
    contentWindow.localStorage.setItem("mine", "mine");
    await redteam.until(
      () => redteam.overheard.includes("storage mine") && redteam.overheard.includes(last),
      2000,
    );
    return { second: contentWindow.app?.done, overheard: redteam.overheard, last };
  },
  reached: ({ brought: { second, overheard, last } }) =>
    second && overheard.includes(last) && overheard.includes("storage mine"),
};
