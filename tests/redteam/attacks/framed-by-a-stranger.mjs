// A real attacker: frames the vault, or the application with the vault in it, in a page of their own site, and takes
// part in the hand-over from there.
export default {
  row: "frames",
  at: "evil",
  goal: "a vault speaks to a page that is not listed",
  expected: [null, "loses"],
  after: (_, redteam) => redteam.takePart(),
  reached: ({ brought, seen }) =>
    brought.offered > 0 && ["vault", "app", "inpage"].every((host) => seen.some(({ name }) => name === host)),
};
