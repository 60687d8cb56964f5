// A real attacker: tells the other tabs, on the vault's own channel, that somebody else is signed in or that the
// session is over.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  goal: "the application believes that the session is over, or another's",
  after: async ({ home }, redteam) => {
    const name = `strongroom ${home}/auth`;
    const ear = new BroadcastChannel(name);
    let heard = 0;
    ear.onmessage = () => (heard += 1);
    const channel = new BroadcastChannel(name);
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
    await redteam.wait(1500);
    const { status, subject } = globalThis.app.vault.session;
    return { won: status !== "signed-in" || subject !== "ada", status, heard };
  },
  // In-page the vault's worker listens there too; the isolated one is of another origin.
  reached: ({ brought }) => brought.heard >= 15,
};
