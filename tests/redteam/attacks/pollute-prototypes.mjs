// A real attacker: pollutes `Object.prototype` and `Array.prototype` with getters, setters, `then` and `toJSON`,
// which catch whatever code below looks up or leaves out.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  // WebKitGTK's driver runs its own scripts in the page's realm, and does not survive this.
  expectedIn: { webkit: [null, null] },
  before: (redteam) => {
    const names = [
      "authorization",
      "access_token",
      "token",
      "headers",
      "body",
      "port",
      "data",
      "handler",
      "value",
    ];
    for (const name of names) {
      Object.defineProperty(Object.prototype, name, {
        __proto__: null, // else it would inherit a `value` from what is polluted already
        configurable: true,
        get: () => undefined,
        set(value) {
          redteam.loot([name, value]);
          Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
        },
      });
    }
    Object.defineProperty(Array.prototype, 3, {
      __proto__: null,
      configurable: true,
      get: () => undefined,
      set(value) {
        // First: what is taken is kept in an array, too.
        Object.defineProperty(this, 3, { value, configurable: true, enumerable: true, writable: true });
        redteam.loot(["array", value]);
      },
    });
    const { [Symbol.iterator]: iterate } = Array.prototype;
    Array.prototype[Symbol.iterator] = function () {
      // With care: the collector's own lists pass here, too, with symbols in them.
      if (this.length > 1 && typeof this[0] === "string" && redteam.looted.length < 5000)
        redteam.looted.push(this.map(String).join());
      return iterate.call(this);
    };
  },
  after: (_, redteam) => {
    const before = redteam.looted.length;
    const mine = {};
    mine.token = "mine";
    const list = [];
    list[3] = "mine";
    return { caught: redteam.looted.length - before };
  },
  reached: ({ brought }) => brought.caught >= 2,
};
