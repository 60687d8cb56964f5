// A real attacker: runs before the SDK, replaces `Worker`, and starts the SDK's own worker script inside a blob
// worker whose `fetch` reports every header.
export default {
  row: "patch-before",
  expected: ["wins", "loses"],
  before: (redteam) => void redteam.replaceWorker(),
  after: (_, redteam) => {
    const bySdk = redteam.started ?? 0;
    new Worker("/nothing.js").terminate();
    return { bySdk, now: redteam.started };
  },
  // The isolated vault starts no worker in the page; the attacker's own is one of theirs.
  reached: ({ brought }) => brought.now === brought.bySdk + 1,
};
