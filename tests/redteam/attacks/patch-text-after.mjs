// A real attacker: replaces `JSON`, `TextDecoder`, `TextEncoder` and the string methods, through which a token would
// pass on its way from bytes to a header.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  peers: true,
  after: (_, redteam) => {
    redteam.hook.text();
    return redteam.tryHook("text");
  },
  reached: ({ brought }) => brought.caught,
};
