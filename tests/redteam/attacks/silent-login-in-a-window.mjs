// A real attacker: opens a small window that signs in without asking, as the provider's session allows, and then asks
// the endpoints for the new session's token.
export default {
  row: "silent-login",
  expected: ["wins", "loses"],
  dirty: true,
  after: async ({ home, own, refresh, asVault }) => {
    const { redteam } = globalThis;
    const to = encodeURIComponent(`${own}/`);
    const opened = window.open(
      `${home}/auth/login?prompt=none&return_to=${to}`,
      "login",
      "width=100,height=100",
    );
    // By the clock: a page behind another window has slow timers.
    for (const end = Date.now() + 2500; Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      try {
        redteam.loot(opened.location.href);
        if (opened.location.pathname === "/" && opened.app?.done) break;
      } catch {
        // At the provider.
      }
    }
    opened?.close();
    const response = await fetch(refresh, asVault);
    redteam.loot(await response.text());
  },
};
