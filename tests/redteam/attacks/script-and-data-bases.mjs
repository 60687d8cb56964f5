// A real attacker: hands the vault `javascript:`, `data:`, `blob:`, `about:` and `filesystem:` addresses, and changes
// the page's base so that harmless relative addresses lead to them.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil }, { attempt }) => {
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
  reached: ({ brought }) =>
    brought.length === 29 &&
    brought.every((outcome) => !(outcome > 0)) &&
    brought.includes("resource_not_allowed"),
};
