// What each page reads from `/config.json`: nothing about hosts and ports is built into the pages.

/** The settings of one host. */
export function configOf({ origins }, host) {
  const { app, api, id, vault } = origins;
  const resources = [
    { origin: api, paths: ["/v1/"], audience: `${api}/es256`, scope: "read" },
    { origin: api, paths: ["/v2/"], audience: `${api}/rs256`, scope: "read" },
  ];
  switch (host) {
    case "inpage":
      return { mode: "inpage", endpoints: "/auth", api, resources };
    case "vault":
      // The list of resources is the vault's own: the app's page cannot widen it.
      return { apps: [app], endpoints: "/auth", provider: id, resources };
    default:
      return { mode: "isolated", vault, api };
  }
}
