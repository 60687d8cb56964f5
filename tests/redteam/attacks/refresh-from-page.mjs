// A real attacker: does not look for the token at all, but asks for a new one exactly as the vault does. Whatever
// shares an origin with the endpoints can do that.
export default {
  row: "refresh",
  expected: ["wins", "loses"],
  after: async ({ refresh, asVault }) => {
    const response = await fetch(refresh, asVault);
    globalThis.redteam.loot(await response.text());
  },
};
