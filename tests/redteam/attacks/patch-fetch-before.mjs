// A real attacker: a compromised dependency, loaded first, wraps `fetch`, `Headers`, `Response` and `XMLHttpRequest`
// before the application and its SDK take them.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => redteam.hook.fetch(),
  after: (_, redteam) => redteam.tryHook("fetch"),
  reached: ({ brought }) => brought.caught,
};
