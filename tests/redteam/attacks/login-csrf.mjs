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
  reload: async (_, redteam) => {
    const { subject } = await redteam.session();
    return { won: subject === "mallory", subject };
  },
  reached: ({ seen, prepared, reloaded }) =>
    seen.some(({ path, search }) => path + search === prepared.callback.replace(/^https:\/\/[^/]+/, "")) &&
    reloaded.subject === "ada",
};
