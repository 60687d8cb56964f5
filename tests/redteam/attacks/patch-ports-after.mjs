// A real attacker: hooks every way of passing messages (ports, workers, channels, events) after the application has
// started, and reads what worker and page say to each other.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  peers: true,
  after: (_, redteam) => {
    redteam.hook.ports();
    return redteam.tryHook("ports");
  },
  reached: ({ brought }) => brought.caught,
};
