// A real attacker: has the victim open a page of another site, which calls the refresh endpoints in the background
// (cross-site request forgery).
import { asked } from "../facts.mjs";

export default {
  row: "refresh-tricks",
  at: "evil",
  expected: ["loses", "loses"],
  after: (_, redteam) => redteam.refreshFromHere(),
  reached: ({ brought, seen }) =>
    brought.length === 10 &&
    ["inpage", "vault"].every((host) => asked(seen, host, "POST", "/auth/refresh") >= 2),
};
