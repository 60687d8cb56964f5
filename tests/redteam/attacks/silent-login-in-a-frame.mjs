// A real attacker: starts a login in a hidden frame, in which the provider asks nothing since the user is signed in
// there, and waits for fresh tokens to come by.
import { asked } from "../facts.mjs";

export default {
  row: "silent-login-frame",
  expected: ["loses", "loses"],
  after: async ({ home, own }, redteam) => {
    const seen = [];
    for (const query of [
      "prompt=none",
      "prompt=none&max_age=0",
      `return_to=${encodeURIComponent(own)}&prompt=none`,
    ]) {
      for (const sandbox of [null, "allow-same-origin", "allow-same-origin allow-scripts"]) {
        const frame = redteam.frame({ src: `${home}/auth/login?${query}`, sandbox: sandbox ?? undefined });
        await redteam.wait(250);
        try {
          seen.push(frame.contentWindow.location.href, frame.contentDocument.documentElement.outerHTML);
        } catch (error) {
          seen.push(error.name);
        }
        frame.remove();
      }
    }
    await fetch(`${home}/auth/login?prompt=none`, { credentials: "include" }).then(
      (r) => seen.push(r.url),
      String,
    );
    const hint = document.createElement("link");
    Object.assign(hint, { rel: "prefetch", href: `${home}/auth/login?prompt=none` });
    document.head.append(hint);
    redteam.loot(seen);
    return seen.length;
  },
  reached: ({ brought, seen, context }) =>
    brought >= 9 && asked(seen, context.isolated ? "vault" : "inpage", "GET", "/auth/login") >= 5,
};
