// A real attacker: the same blob worker, on a page whose policy allows workers of its own origin alone.
export default {
  row: "own-worker-csp",
  expected: ["loses", "loses"],
  csp: true,
  // The application's worker does not start at all.
  breaks: true,
  before: (redteam) => void redteam.replaceWorker(),
  after: async (_, redteam) => {
    const bySdk = redteam.started ?? 0;
    try {
      new Worker("/nothing.js").onerror = (event) => event.preventDefault();
    } catch {
      // WebKit refuses at once.
    }
    await redteam.wait(300);
    return { bySdk, now: redteam.started, refused: redteam.refused() };
  },
  reached: ({ brought }) => brought.now === brought.bySdk + 1 && brought.refused.includes("worker-src"),
};
