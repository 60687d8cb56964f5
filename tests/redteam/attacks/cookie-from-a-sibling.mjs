// A real attacker: sets, from a subdomain they have taken over, a cookie for the whole site with the session cookie's
// name and the handle of their own session (session fixation).
export default {
  row: "session",
  at: "sibling",
  goal: "the victim is signed in as the attacker",
  expected: ["loses", "loses"],
  fresh: true,
  dirty: true,
  prepare: async ({ stack, context, Browser }) => {
    const attacker = new Browser(stack);
    await attacker.login(context.home, { name: "mallory" });
    return { handle: attacker.jar(new URL(context.home).hostname).get("__Host-Http-strongroom") };
  },
  after: ({ prepared }) => {
    const { handle } = prepared;
    const names = [
      "__Host-Http-strongroom",
      "__host-http-strongroom",
      "__Http-strongroom",
      "strongroom",
      " __Host-Http-strongroom",
    ];
    for (const name of names) {
      for (const attributes of [
        "; Domain=example.com; Path=/",
        "; Domain=.example.com; Path=/auth; Secure",
        "; Path=/; Secure",
      ]) {
        document.cookie = `${name}=${handle}${attributes}`;
        document.cookie = `=${name}=${handle}${attributes}`;
        document.cookie = `${name}\t=${handle}${attributes}`;
      }
    }
    return { set: document.cookie.split(";").length, won: handle === undefined };
  },
  reload: async () => {
    for (let i = 0; i < 50 && globalThis.app.vault?.session.status === "starting"; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { subject, status } = globalThis.app.vault.session;
    return { won: subject === "mallory", subject, status };
  },
};
