// A real attacker: does the same to somebody who is not signed in, so that there is no other cookie beside theirs.
import { sentHandle, signInAsMallory } from "../facts.mjs";

export default {
  row: "session",
  goal: "the victim is signed in as the attacker",
  expected: ["loses", "loses"],
  // WebKitGTK does not know cookie prefixes: `__Host-` keeps no sibling from setting the cookie.
  expectedIn: { webkit: ["wins", "wins"] },
  fresh: true,
  dirty: true,
  prepare: signInAsMallory,
  after: async () => {
    await globalThis.app.vault.logout();
    return globalThis.app.vault.session.status;
  },
  drive: async ({ page, prepared: { sibling, handle } }) => {
    await page.goto(`${sibling}/`);
    // One of each name: of two the endpoints believe neither.
    await page.evaluate((handle) => {
      for (const name of ["__Host-Http-strongroom", "strongroom"])
        document.cookie = `${name}=${handle}; Domain=example.com; Path=/; Secure`;
    }, handle);
  },
  reload: async (_, redteam) => {
    const { subject, status } = await redteam.session();
    return { won: subject === "mallory", subject, status };
  },
  reached: (facts) => facts.brought === "signed-out" && sentHandle(facts),
};
