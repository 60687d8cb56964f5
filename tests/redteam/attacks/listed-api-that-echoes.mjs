// A real attacker: knows that a listed API answers some request with the headers it came with (a debug route, an
// error page), and makes the vault ask for it. The API itself gives the token away.
export default {
  row: "echo",
  expected: ["wins", "wins"],
  peers: true,
  after: async (_, redteam) => {
    const response = await globalThis.app.call("/v1/reflect");
    redteam.loot([[...response.headers], await response.text()]);
  },
};
