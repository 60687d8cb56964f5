// A real attacker: walks from `window` through every property, getter, prototype, map, set and buffer that can be
// reached, the application's own objects included, and sends home every long string.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  after: () => {
    const seen = new Set();
    const found = [];
    const queue = [globalThis.app, globalThis.app?.vault, Object.prototype, Promise.prototype];
    for (let i = 0; i < queue.length && i < 20_000; i++) {
      const value = queue[i];
      if (typeof value === "string" && value.length > 30) found.push(value);
      if ((typeof value !== "object" && typeof value !== "function") || !value || seen.has(value)) continue;
      seen.add(value);
      if (value instanceof Map || value instanceof Set) queue.push(...[...value].flat());
      for (const key of Reflect.ownKeys(value)) {
        try {
          queue.push(value[key]);
        } catch {
          // A getter that throws has nothing to tell.
        }
      }
      queue.push(Object.getPrototypeOf(value));
    }
    globalThis.redteam.loot(found);
    return found.length;
  },
};
