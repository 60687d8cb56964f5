// A real attacker: records what the application says to the worker and says it again, in another order and many
// times.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => {
    redteam.said = [];
    const { postMessage } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (message, transfer) {
      redteam.said.push([this, message]);
      return postMessage.call(this, message, transfer ?? []);
    };
    addEventListener("message", (event) => redteam.said.push([event.source, event.data]));
  },
  after: async ({ vault, home }, redteam) => {
    const replay = (target, message) => {
      try {
        if (target instanceof MessagePort) target.postMessage(message);
        else target.postMessage(message, { targetOrigin: "*", transfer: [new MessageChannel().port2] });
        return 1;
      } catch {
        return 0; // A transferred body cannot be sent twice.
      }
    };
    const said = [...redteam.said];
    let again = 0;
    for (let i = 0; i < 5; i++) {
      for (const [target, message] of said.toReversed()) again += replay(target, message);
    }
    for (const frame of document.querySelectorAll("iframe")) {
      for (const word of ["strongroom:port", "strongroom:hello", ["strongroom:broken", "x"]]) {
        replay(frame.contentWindow, word);
        window.postMessage(word, "*", [new MessageChannel().port2]);
      }
    }
    await redteam.wait(500);
    redteam.loot([said.length, globalThis.app.vault?.session, vault === home]);
    return { requests: said.filter(([, message]) => message?.[0] === 0).length, again };
  },
  reached: ({ brought: { requests, again } }) => requests > 0 && again >= 5 * requests,
};
