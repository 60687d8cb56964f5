// A real attacker: frames the vault in a sandbox, without an origin of its own or without scripts, to change how it
// compares origins.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault, api }) => {
    const { redteam } = globalThis;
    const heard = [];
    for (const sandbox of [
      "allow-scripts",
      "allow-scripts allow-same-origin",
      "allow-same-origin",
      "allow-scripts allow-top-navigation",
    ]) {
      const frame = document.createElement("iframe");
      frame.sandbox = sandbox;
      frame.src = `${vault}/`;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        heard.push(String(data[0]));
        redteam.loot(data.filter((part) => typeof part !== "object"));
      };
      const far = [port2];
      addEventListener("message", ({ source }) => {
        if (source === frame.contentWindow)
          frame.contentWindow.postMessage("strongroom:port", "*", far.splice(0));
      });
      document.body.append(frame);
      port1.postMessage([0, 1, `${api}/v1/me`, [], { method: "GET" }, true]);
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return heard;
  },
};
