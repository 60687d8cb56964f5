// A real attacker: opens a page whose origin differs from the allowed one by a suffix, a port or a letter, to slip
// through a comparison by prefix or pattern.
import { asked } from "../facts.mjs";

export default {
  row: "refresh-tricks",
  at: "lookalike",
  expected: ["loses", "loses"],
  after: (_, redteam) => redteam.refreshFromHere(),
  reached: ({ brought, seen }) =>
    brought.length === 10 &&
    ["inpage", "vault"].every((host) => asked(seen, host, "POST", "/auth/refresh") >= 2),
};
