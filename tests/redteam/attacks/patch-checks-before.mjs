// A real attacker: comes first and has everything lie by which a page could compare addresses: `URL`, `Request`, the methods
// of strings, lists and regular expressions. What the page lets pass then goes to the worker.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  before: (redteam) => {
    redteam.lies = 0;
    const lie = (owner, name, truth) => {
      const own = owner.prototype[name];
      owner.prototype[name] = function (...given) {
        const result = own.apply(this, given);
        if (!redteam.lying || !truth(this, given)) return result;
        redteam.lies += 1;
        return true;
      };
    };
    const foreign = (text) => typeof text === "string" && text.includes("evil.example.net");
    lie(Array, "includes", (_, [value]) => foreign(value));
    lie(Array, "some", () => true);
    lie(String, "startsWith", (text) => foreign(`${text}`));
    lie(RegExp, "test", (_, [value]) => foreign(value));
    lie(Set, "has", (_, [value]) => foreign(value));
    for (const name of ["origin", "host", "hostname", "protocol"]) {
      const { get } = Object.getOwnPropertyDescriptor(URL.prototype, name);
      Object.defineProperty(URL.prototype, name, {
        configurable: true,
        get() {
          if (!redteam.lying) return get.call(this);
          redteam.lies += 1;
          return get.call(new URL(redteam.api));
        },
      });
    }
  },
  after: async ({ evil, home, id, api }, redteam) => {
    redteam.lying = true;
    const outcomes = [];
    for (const url of [
      `${evil}/v1/me`,
      `${evil}/reflect`,
      `${home}/auth/refresh`,
      `${id}/me`,
      `${api}/reflect`,
      new Request(`${evil}/v1/me`),
      new URL(`${evil}/v1/me`),
    ]) {
      outcomes.push(await redteam.attempt(url));
    }
    // Lies of which the attacker has taken part themselves.
    const own = [evil].includes(evil) && new URL(evil).origin === api;
    redteam.lying = false;
    return { outcomes, own, lies: redteam.lies };
  },
  reached: ({ brought }) => brought.own && brought.outcomes.length === 7,
};
