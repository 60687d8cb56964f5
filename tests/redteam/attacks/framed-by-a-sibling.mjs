// A real attacker: does the same from a subdomain of the site that they have taken over, where the browser's site
// boundary no longer helps.
export default {
  row: "frames",
  at: "sibling",
  goal: "a vault speaks to a page that is not listed",
  expected: [null, "loses"],
  after: (_, redteam) => redteam.takePart(),
  reached: ({ brought, seen }) =>
    brought.offered > 0 && ["vault", "app", "inpage"].every((host) => seen.some(({ name }) => name === host)),
};
