// A real attacker: starts the worker script from a `data:` URL and as a shared worker, which policies and patches
// forget.
export default {
  row: "own-worker-csp",
  expected: ["loses", "loses"],
  csp: true,
  after: async ({ own, home, api, resources }, redteam) => {
    const configuration = { endpoints: `${home}/auth`, resources };
    const address = `data:text/javascript,${encodeURIComponent(redteam.spy(`${own}/pkg/vault.worker.js`))}`;
    try {
      const shared = new SharedWorker(address);
      shared.onerror = (event) => event.preventDefault();
      shared.port.postMessage(configuration, [new MessageChannel().port2]);
    } catch {
      // Refused at once.
    }
    await redteam.employ(address, configuration, `${api}/v1/me`);
    return redteam.refused();
  },
  reached: ({ brought }) => brought.includes("worker-src"),
};
