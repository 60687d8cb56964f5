// A real attacker: sets headers of their own on the vault's request (an empty `Authorization`, a method override, a
// line break) to have the token refused, moved or echoed.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api }) => {
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
    for (const headers of [
      { Authorization: "" },
      { authorization: "Basic x" },
      { "Proxy-Authorization": "x" },
      { DPoP: "x" },
      { Cookie: "a=b" },
      { "x-http-method-override": "TRACE" },
      { "access-control-request-headers": "authorization" },
      { connection: "authorization" },
      { "x-forwarded-host": "evil.example.net" },
    ]) {
      outcomes.push(await attempt(`${api}/v1/echo`, { method: "POST", body: "x", headers }));
    }
    for (const method of ["TRACE", "TRACK", "CONNECT", "OPTIONS", "HEAD"]) {
      outcomes.push(await attempt(`${api}/v1/me`, { method }));
    }
    return outcomes;
  },
};
