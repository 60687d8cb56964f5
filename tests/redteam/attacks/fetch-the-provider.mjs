// A real attacker: asks the vault to call the provider, whose token endpoint and user info would answer with what
// they want.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ id, home }) => {
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
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: "x",
      client_id: "strongroom-inpage",
    });
    return [
      await attempt(`${id}/token`, { method: "POST", body }),
      await attempt(`${id}/me`),
      await attempt(`${id}/auth?prompt=none&response_type=code&client_id=strongroom-isolated`),
      await attempt(`${home}/`),
      await attempt(`${home}/auth/callback?code=x&state=y`),
    ];
  },
};
