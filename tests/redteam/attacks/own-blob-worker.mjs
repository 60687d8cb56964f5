// A real attacker: starts the SDK's worker script inside a blob worker of their own, in which `fetch` is already
// theirs, and configures it as the application does.
export default {
  row: "own-worker",
  expected: ["wins", "loses"],
  after: ({ own, home, api, resources }, redteam) => {
    const address = redteam.blob(redteam.spy(`${own}/pkg/vault.worker.js`));
    return redteam.employ(address, { endpoints: `${home}/auth`, resources }, `${api}/v1/me`);
  },
  reached: ({ brought }) => brought.ran,
};
