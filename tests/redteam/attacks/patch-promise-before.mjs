// A real attacker: replaces `Promise.prototype.then` before the SDK is loaded.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => redteam.hook.promise(),
  after: (_, redteam) => redteam.tryHook("promise"),
  // The SDK itself went through the hooks.
  reached: ({ brought }) => brought.caught && brought.passed.then > 0,
};
