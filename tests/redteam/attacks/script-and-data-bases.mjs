// A real attacker: hands the vault `javascript:`, `data:`, `blob:`, `about:` and `filesystem:` addresses, and changes
// the page's base so that harmless relative addresses lead to them.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil }) => {
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
    const blob = URL.createObjectURL(new Blob(["mine"]));
    const urls = [
      "javascript:1",
      "data:text/plain,x",
      blob,
      "about:blank",
      `blob:${api}/x`,
      `filesystem:${api}/temporary/x`,
    ];
    const outcomes = [];
    for (const url of [...urls, `view-source:${api}/v1/me`, "file:///etc/passwd", `${api}:x/v1/me`]) {
      outcomes.push(await attempt(url));
    }
    for (const href of [evil, `${evil}/v1/`, blob, "data:text/html,x"]) {
      const base = document.createElement("base");
      base.href = href;
      document.head.prepend(base);
      for (const url of ["/v1/me", "v1/me", "./me", "?x", ""]) outcomes.push(await attempt(url));
      base.remove();
    }
    return outcomes;
  },
};
