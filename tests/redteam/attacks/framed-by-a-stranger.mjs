// A real attacker: frames the vault, or the application with the vault in it, in a page of their own site, and takes
// part in the hand-over from there.
export default {
  row: "frames",
  at: "evil",
  goal: "a vault speaks to a page that is not listed",
  expected: [null, "loses"],
  after: async () => {
    const { redteam } = globalThis;
    const heard = [];
    addEventListener("message", ({ data, origin, source }) => {
      heard.push(String(data));
      redteam.loot([origin, data]);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        heard.push(`port ${data[0]}`);
        redteam.loot(data.filter((part) => typeof part !== "object"));
      };
      source?.postMessage("strongroom:port", "*", [port2]);
      port1.postMessage([0, 1, `${redteam.api}/v1/me`, [], { method: "GET" }, true]);
    });
    for (const src of [`${redteam.vault}/`, `${redteam.app}/`, `${redteam.inpage}/`]) {
      const frame = document.createElement("iframe");
      frame.src = src;
      document.body.append(frame);
      frame.onload = () => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => heard.push(`port ${data[0]}`);
        frame.contentWindow.postMessage("strongroom:port", "*", [port2]);
        port1.postMessage([0, 2, `${redteam.api}/v1/me`, [], { method: "GET" }, true]);
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return { won: heard.some((text) => text.startsWith("port")), heard };
  },
};
