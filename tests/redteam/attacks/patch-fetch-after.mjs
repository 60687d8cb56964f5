// A real attacker: an advertisement's script wraps `fetch`, `Headers`, `Response` and `XMLHttpRequest` once the
// application runs, and reads each request's headers and each answer. Skimmers do this.
export default {
  row: "patch-after",
  expected: ["loses", "loses"],
  peers: true,
  after: (_, redteam) => {
    redteam.hook.fetch();
    return redteam.tryHook("fetch");
  },
  reached: ({ brought }) => brought.caught,
};
