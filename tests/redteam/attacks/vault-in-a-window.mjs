// A real attacker: opens the vault's page in a window instead of a frame and talks to it as its opener.
export default {
  row: "frames",
  goal: "a vault at top level takes a port",
  expected: [null, "loses"],
  // WebKitGTK lets no script open a window, and its driver does not come back from a page whose click has.
  expectedIn: { webkit: [null, null] },
  dirty: true,
  after: async ({ vault, api }, redteam) => {
    const opened = window.open(`${vault}/`, "vault");
    const answered = [];
    for (const end = Date.now() + 1500; Date.now() < end;) {
      await redteam.wait(100);
      const { far, heard, ask } = redteam.channel();
      answered.push(heard);
      opened?.postMessage("strongroom:port", "*", [far]);
      ask(`${api}/v1/me`);
    }
    opened?.close();
    return { won: answered.flat().length > 0, opened: opened !== null, tries: answered.length };
  },
  // The vault's page was loaded in the window, with its scripts.
  reached: ({ brought: { opened, tries }, seen }) =>
    opened && tries > 1 && seen.filter(({ name, path }) => name === "vault" && path === "/").length >= 2,
};
