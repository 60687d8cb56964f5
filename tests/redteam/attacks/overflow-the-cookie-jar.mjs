// A real attacker: sets cookies for the whole site until the browser drops the session's. The user must sign in
// again; the attacker learns nothing.
export default {
  row: "cookie-overflow",
  goal: "the user is signed out",
  expected: ["wins", "wins"],
  // WebKitGTK keeps them all.
  expectedIn: { webkit: ["loses", "loses"] },
  fresh: true,
  dirty: true,
  after: async () => {
    for (let i = 0; i < 400; i++)
      document.cookie = `overflow${i}=${"x".repeat(20)}; Domain=example.com; Path=/; Secure`;
    return document.cookie.length;
  },
  reload: async (_, redteam) => {
    const { status } = await redteam.session();
    return { won: status === "signed-out", status };
  },
  reached: ({ brought }) => brought > 2000,
};
