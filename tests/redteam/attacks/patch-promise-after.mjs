// A real attacker: replaces `Promise.prototype.then`, through which every asynchronous answer passes sooner or later.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  peers: true,
  after: () => {
    const { redteam } = globalThis;
    const look = (place, value) => {
      try {
        const text = typeof value === "string" ? value : JSON.stringify(value);
        if (text && text.length > 30) redteam.loot(`${place} ${text}`);
      } catch {
        // Not everything has a text.
      }
    };
    const { then } = Promise.prototype;
    Promise.prototype.then = function (done, failed) {
      const spied = typeof done === "function" ? (value) => (look("then", value), done(value)) : done;
      return then.call(this, spied, failed);
    };
    const { resolve } = Promise;
    Promise.resolve = function (value) {
      look("resolve", value);
      return resolve.call(this, value);
    };
    return true;
  },
};
