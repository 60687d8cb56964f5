// A real attacker: tells the other tabs, on the vault's own channel, that somebody else is signed in or that the
// session is over.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  goal: "the application believes that the session is over, or another's",
  after: async ({ home }) => {
    const channel = new BroadcastChannel(`strongroom ${home}/auth`);
    for (const text of [
      "",
      "x",
      "session-of-somebody-else",
      "0".repeat(1e6),
      JSON.stringify({ status: "signed-out" }),
    ]) {
      channel.postMessage(text);
      channel.postMessage([text]);
      channel.postMessage({ text });
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { status, subject } = globalThis.app.vault.session;
    return { won: status !== "signed-in" || subject !== "ada", status };
  },
};
