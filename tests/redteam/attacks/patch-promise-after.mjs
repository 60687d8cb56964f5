// A real attacker: replaces `Promise.prototype.then`, through which every asynchronous answer passes sooner or later.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  peers: true,
  after: (_, redteam) => {
    redteam.hook.promise();
    return redteam.tryHook("promise");
  },
  reached: ({ brought }) => brought.caught,
};
