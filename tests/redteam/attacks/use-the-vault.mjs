// A real attacker: gives up on the token and simply makes the user's own requests through the open vault, as long as
// the page is open. No library can tell them from the application's.
export default {
  row: "use",
  goal: "the attacker reads the user's data",
  expected: ["wins", "wins"],
  peers: true,
  after: async ({ ours }) => {
    const response = await globalThis.app.call(ours ? "/v1/me" : "/v1/peer");
    const text = await response.text();
    return { won: response.status === 200 && /subject|authorized/.test(text) };
  },
};
