// A real attacker: opens a page whose origin differs from the allowed one by a suffix, a port or a letter, to slip
// through a comparison by prefix or pattern.
export default {
  row: "refresh-tricks",
  at: "lookalike",
  expected: ["loses", "loses"],
  after: async ({ asVault }) => {
    const { redteam } = globalThis;
    const outcomes = [];
    for (const origin of [redteam.inpage, redteam.vault]) {
      const url = `${origin}/auth/refresh`;
      for (const init of [
        asVault,
        { ...asVault, mode: "no-cors", headers: {} },
        { ...asVault, headers: { "content-type": "text/plain" } },
        { ...asVault, referrer: `${location.origin}/`, referrerPolicy: "no-referrer" },
        {
          ...asVault,
          headers: { ...asVault.headers, origin, host: new URL(origin).host, "x-forwarded-host": origin },
        },
      ]) {
        await fetch(url, init)
          .then((response) => response.text())
          .then((text) => {
            redteam.loot(text);
            outcomes.push(text.length);
          })
          .catch((error) => outcomes.push(error.name));
      }
      const frame = document.createElement("iframe");
      frame.name = `to-${outcomes.length}`;
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: url, target: frame.name });
      document.body.append(frame, form);
      form.submit();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    return outcomes;
  },
};
