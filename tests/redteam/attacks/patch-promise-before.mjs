// A real attacker: replaces `Promise.prototype.then` before the SDK is loaded.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => {
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
  },
};
