// A real attacker: begins a login of their own, stops before the last step, and makes the victim's browser take it,
// so that the victim works in the attacker's account.
export default {
  row: "session",
  goal: "the victim is signed in as the attacker",
  expected: ["loses", "loses"],
  fresh: true,
  dirty: true,
  prepare: async ({ stack, context, Browser }) => {
    const attacker = new Browser(stack);
    const stop = (url) => new URL(url).pathname === "/auth/callback";
    return { callback: (await attacker.login(context.home, { name: "mallory", stop })).url };
  },
  drive: async ({ page, prepared }) => {
    await page.goto(prepared.callback).catch(String);
  },
  reload: async () => {
    for (let i = 0; i < 50 && globalThis.app.vault?.session.status === "starting"; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { subject } = globalThis.app.vault.session;
    return { won: subject === "mallory", subject };
  },
};
