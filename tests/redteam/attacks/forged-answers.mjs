// A real attacker: dispatches made-up messages at the page's port, as if the worker had died, was ready, or somebody
// else was signed in, to make the page start over or log in elsewhere.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => {
    const { MessageChannel } = globalThis;
    redteam.ports = [];
    globalThis.MessageChannel = class extends MessageChannel {
      constructor() {
        super();
        redteam.ports.push(this.port1);
      }
    };
  },
  after: async ({ evil }) => {
    const { redteam, app } = globalThis;
    const [port] = redteam.ports;
    for (const data of [
      [0, `${evil}/login`],
      [8],
      [1, "config_invalid", "x"],
      [6, "signed-in", "{}"],
      [2, 1, 200],
    ]) {
      port.dispatchEvent(new MessageEvent("message", { data }));
      await app.call("/v1/me").catch(String);
    }
    dispatchEvent(
      new MessageEvent("message", { data: "strongroom:hello", origin: redteam.vault, source: window }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    redteam.loot(redteam.ports.length);
    return redteam.ports.length;
  },
};
