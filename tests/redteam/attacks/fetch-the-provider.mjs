// A real attacker: asks the vault to call the provider, whose token endpoint and user info would answer with what
// they want.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ id, home }, { attempt }) => {
    const form = { grant_type: "refresh_token", refresh_token: "x", client_id: "strongroom-inpage" };
    const outcomes = [
      await attempt(`${id}/token`, { method: "POST", body: new URLSearchParams(form) }),
      await attempt(`${id}/me`),
      await attempt(`${id}/auth?prompt=none&response_type=code&client_id=strongroom-isolated`),
      await attempt(`${home}/`),
      await attempt(`${home}/auth/callback?code=x&state=y`),
    ];
    return outcomes;
  },
  reached: ({ brought }) => brought.filter((outcome) => outcome === "resource_not_allowed").length === 5,
};
