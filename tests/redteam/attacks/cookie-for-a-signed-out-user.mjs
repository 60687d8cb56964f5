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
    await page.evaluate((handle) => globalThis.redteam.plantCookies(handle), handle);
  },
  reload: async (_, redteam) => {
    const { subject, status } = await redteam.session();
    return { won: subject === "mallory", subject, status };
  },
  reached: (facts) => facts.brought === "signed-out" && sentHandle(facts),
};
