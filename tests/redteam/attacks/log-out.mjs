// A real attacker: signs the user out, for nuisance.
export default {
  row: "log-out",
  goal: "the user is signed out",
  expected: ["wins", "wins"],
  dirty: true,
  after: async () => {
    await globalThis.app.vault.logout();
    return { won: globalThis.app.vault.session.status === "signed-out" };
  },
};
