// A real attacker: replaces `JSON`, `TextDecoder`, `TextEncoder` and the string methods before the SDK is loaded.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => redteam.hook.text(),
  after: (_, redteam) => redteam.tryHook("text"),
  // The SDK itself went through the hooks.
  reached: ({ brought }) => brought.caught && brought.passed.parse > 0,
};
