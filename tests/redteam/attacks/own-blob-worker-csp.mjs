// A real attacker: the same blob worker of their own, on a page with `worker-src 'self'`.
export default {
  row: "own-worker-csp",
  expected: ["loses", "loses"],
  csp: true,
  after: async ({ own, home, api, resources }, redteam) => {
    const address = redteam.blob(redteam.spy(`${own}/pkg/vault.worker.js`));
    await redteam.employ(address, { endpoints: `${home}/auth`, resources }, `${api}/v1/me`);
    return redteam.refused();
  },
  reached: ({ brought }) => brought.includes("worker-src"),
};
