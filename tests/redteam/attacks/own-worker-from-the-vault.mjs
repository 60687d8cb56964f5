// A real attacker: loads the worker script from the vault's own origin into a blob worker, hoping that the origin of
// the script counts and not that of the worker.
export default {
  row: "own-worker",
  expected: [null, "loses"],
  after: ({ home, api, resources }, redteam) => {
    const address = redteam.blob(redteam.spy(`${home}/pkg/vault.worker.js`));
    return redteam.employ(address, { endpoints: `${home}/auth`, resources }, `${api}/v1/me`);
  },
  reached: ({ brought }) => brought.ran,
};
