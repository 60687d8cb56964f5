// A real attacker: dispatches made-up messages at the page's port, as if the worker had died, was ready, or somebody
// else was signed in, to make the page start over or log in elsewhere.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => redteam.takePorts(),
  after: async ({ evil, vault }, redteam) => {
    const [port] = redteam.ports;
    for (const data of [
      [0, `${evil}/login`],
      [8],
      [1, "config_invalid", "x"],
      [6, "signed-in", "{}"],
      [2, 1, 200],
    ]) {
      port.dispatchEvent(new MessageEvent("message", { data }));
      await globalThis.app.call("/v1/me").catch(String);
    }
    const hello = { data: "strongroom:hello", origin: vault, source: window };
    dispatchEvent(new MessageEvent("message", hello));
    await redteam.wait(1500);
    redteam.loot(redteam.ports.length);
    return { ports: redteam.ports.length };
  },
  // The page has believed that its worker died, and started another.
  reached: ({ brought }) => brought.ports >= 2,
};
