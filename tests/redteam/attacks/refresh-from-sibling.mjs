// A real attacker: took over a forgotten subdomain of the same site, from where cookies marked `SameSite=Strict` are
// sent, and calls the refresh endpoints with everything that can be set.
import { asked } from "../facts.mjs";

export default {
  row: "refresh-tricks",
  at: "sibling",
  expected: ["loses", "loses"],
  after: (_, redteam) => redteam.refreshFromHere(),
  reached: ({ brought, seen }) =>
    brought.length === 10 &&
    ["inpage", "vault"].every((host) => asked(seen, host, "POST", "/auth/refresh") >= 2),
};
