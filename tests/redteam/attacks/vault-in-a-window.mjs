// A real attacker: opens the vault's page in a window instead of a frame and talks to it as its opener.
export default {
  row: "frames",
  goal: "a vault at top level takes a port",
  expected: [null, "loses"],
  dirty: true,
  after: async ({ vault, api }) => {
    const { redteam } = globalThis;
    const opened = window.open(`${vault}/`, "vault");
    const heard = [];
    for (const end = Date.now() + 1500; Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        heard.push(data[0]);
        redteam.loot(data.filter((part) => typeof part !== "object"));
      };
      try {
        opened?.postMessage("strongroom:port", "*", [port2]);
      } catch (error) {
        heard.push(error.name);
      }
      port1.postMessage([0, 1, `${api}/v1/me`, [], { method: "GET" }, true]);
    }
    opened?.close();
    return { won: heard.length > 0, opened: opened !== null };
  },
};
