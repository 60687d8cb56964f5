// A real attacker: does not look for the token at all, but asks for a new one exactly as the vault does. Whatever
// shares an origin with the endpoints can do that.
export default {
  row: "refresh",
  expected: ["wins", "loses"],
  after: async ({ refresh, asVault }, redteam) => {
    redteam.loot(await fetch(refresh, asVault).then((response) => response.text(), String));
  },
  // The browser has asked; across origins it asks with a preflight that is refused.
  reached: ({ seen, context }) =>
    seen.some(({ path, headers }) => path === "/auth/refresh" && headers.origin === context.own),
};
