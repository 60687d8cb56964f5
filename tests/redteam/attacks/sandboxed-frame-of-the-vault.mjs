// A real attacker: frames the vault in a sandbox, without an origin of its own or without scripts, to change how it
// compares origins.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault, api }, redteam) => {
    const heard = [
      "allow-scripts",
      "allow-scripts allow-same-origin",
      "allow-same-origin",
      "allow-scripts allow-top-navigation",
    ].map((sandbox) => redteam.offer({ src: `${vault}/`, sandbox }, [`${api}/v1/me`]));
    await redteam.wait(2000);
    return heard;
  },
  reached: ({ seen }) => seen.filter(({ name, path }) => name === "vault" && path === "/").length >= 5,
};
