// A real attacker: has the victim open a page of another site, which calls the refresh endpoints in the background
// (cross-site request forgery).
export default {
  row: "refresh-tricks",
  at: "evil",
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
