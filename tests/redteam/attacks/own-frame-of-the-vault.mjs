// A real attacker: opens a second frame of the vault beside the application's, with a port of their own, and asks it
// for everything.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ api, evil, vault }, redteam) => {
    const urls = [`${api}/v1/me`, `${evil}/v1/me`, `${vault}/auth/refresh`, `${vault}/`];
    const heard = redteam.offer({ src: `${vault}/` }, urls, vault);
    await redteam.until(() => heard.length > urls.length);
    await redteam.wait(500);
    return heard;
  },
  // The attacker does get a vault of their own: to use, like the application's.
  reached: ({ brought }) => brought.length >= 4,
};
