// A real attacker: walks from `window` through every property, getter, prototype, map, set and buffer that can be
// reached, the application's own objects included, and sends home every long string.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  after: (_, redteam) => {
    const seen = new Set([redteam]);
    const found = [];
    const queue = [globalThis.app, globalThis];
    while (queue.length > 0 && seen.size < 30_000) {
      const value = queue.shift();
      if (typeof value === "string" && value.length > 30) found.push(value);
      if ((typeof value !== "object" && typeof value !== "function") || !value || seen.has(value)) continue;
      seen.add(value);
      if (value instanceof Map || value instanceof Set) queue.push(...[...value].flat());
      if (value instanceof ArrayBuffer)
        found.push(String.fromCharCode(...new Uint8Array(value).subarray(0, 50_000)));
      let keys = [];
      try {
        keys = Reflect.ownKeys(value);
        queue.push(Object.getPrototypeOf(value));
      } catch {
        // A window of another origin.
      }
      for (const key of keys) {
        try {
          queue.push(value[key]);
        } catch {
          // A getter that throws has nothing to tell.
        }
      }
    }
    redteam.loot(found);
    return seen.size;
  },
  // All of the page's own.
  reached: ({ brought }) => brought > 1000,
};
