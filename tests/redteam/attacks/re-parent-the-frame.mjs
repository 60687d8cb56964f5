// A real attacker: moves the vault's frame within the page, into another document and back, clones it, and changes
// its attributes: each makes the browser load it anew under their eyes.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault }) => {
    const { redteam, app } = globalThis;
    const [frame] = document.querySelectorAll("iframe");
    const other = document.createElement("iframe");
    document.body.append(other, frame.cloneNode());
    frame.allow = "*";
    frame.name = "mine";
    frame.hidden = false;
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 600));
    other.contentDocument.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 600));
    for (const window of [frame.contentWindow, other.contentWindow[0]]) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => redteam.loot(data);
      window?.postMessage("strongroom:port", vault, [port2]);
      port1.postMessage([0, 1, `${redteam.api}/v1/me`, [], { method: "GET" }, true]);
    }
    await new Promise((resolve) => setTimeout(resolve, 800));
    await app.call("/v1/me").catch(String);
  },
};
