// A real attacker: leaves the SDK alone and starts its worker's file directly, with a list of their own. No policy can tell
// that worker from the application's; what it may connect to is for the policy of its file to say.
export default {
  row: "own-worker",
  expected: ["wins", "loses"],
  after: ({ own, home, api, evil }, redteam) => {
    const mine = { origin: evil, audience: `${api}/es256`, scope: "read" };
    const configuration = { endpoints: `${home}/auth`, resources: [mine] };
    return redteam.employ(`${own}/pkg/vault.worker.js`, configuration, `${evil}/v1/me`);
  },
  // The worker has answered. It refuses endpoints of another origin than its own.
  reached: ({ brought }) => brought.heard.length > 0,
};
