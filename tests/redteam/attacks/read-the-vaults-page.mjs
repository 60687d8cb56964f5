// A real attacker: fetches the isolated vault's page and scripts, imports them, loads them as stylesheets, images and
// classic scripts, and reads whatever comes back.
export default {
  row: "read",
  expected: ["loses", "loses"],
  after: async ({ home }, redteam) => {
    for (const path of ["/", "/main.js", "/pkg/host.js", "/config.json", "/auth/session", "/auth/login"]) {
      for (const mode of ["cors", "no-cors"]) {
        await fetch(home + path, { mode, credentials: "include", redirect: "manual" })
          .then(async (response) => redteam.loot([[...response.headers], await response.text()]))
          .catch(String);
      }
      for (const tag of ["script", "link", "img", "object", "video"]) {
        const element = document.createElement(tag);
        element.rel = "stylesheet";
        element[tag === "link" ? "href" : tag === "object" ? "data" : "src"] = home + path;
        document.body.append(element);
      }
    }
    await import(`${home}/main.js`).then(redteam.loot, (error) => redteam.loot(String(error)));
    await redteam.wait(500);
    return document.querySelectorAll("object").length;
  },
  reached: ({ brought, seen, context }) =>
    brought === 6 &&
    ["/main.js", "/pkg/host.js", "/auth/session"].every((file) =>
      seen.some(({ host, path }) => host === new URL(context.home).hostname && path === file),
    ),
};
