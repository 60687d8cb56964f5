// A real attacker: opens a small window that signs in without asking, as the provider's session allows, and then asks
// the endpoints for the new session's token.
import { asked } from "../facts.mjs";

export default {
  row: "silent-login",
  expected: ["wins", "loses"],
  // WebKitGTK lets no script open a window, and its driver does not come back from a page whose click has.
  expectedIn: { webkit: [null, null] },
  dirty: true,
  after: async ({ home, own, refresh, asVault }, redteam) => {
    const to = encodeURIComponent(`${own}/`);
    const opened = window.open(
      `${home}/auth/login?prompt=none&return_to=${to}`,
      "login",
      "width=100,height=100",
    );
    // By the clock: a page behind another window has slow timers.
    for (const end = Date.now() + 2500; Date.now() < end;) {
      await redteam.wait(50);
      try {
        redteam.loot(opened.location.href);
        if (opened.location.pathname === "/" && opened.app?.done) break;
      } catch {
        // At the provider.
      }
    }
    opened?.close();
    const answer = await fetch(refresh, asVault).then((response) => response.text(), String);
    redteam.loot(answer);
    return answer.length;
  },
  // The login went through, without a question.
  reached: ({ brought, seen, context }) =>
    brought > 0 && asked(seen, context.isolated ? "vault" : "inpage", "GET", "/auth/callback") > 0,
};
