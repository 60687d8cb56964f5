// A real attacker: hooks every way of passing messages before the SDK has taken a channel, so that not one message is
// missed.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => redteam.hook.ports(),
  after: (_, redteam) => redteam.tryHook("ports"),
  // The SDK itself went through the hooks.
  reached: ({ brought }) => brought.caught && brought.passed["MessagePort sends"] > 0,
};
