// A real attacker: sets, from a subdomain they have taken over, a cookie for the whole site with the session cookie's
// name and the handle of their own session (session fixation).
import { sentHandle, signInAsMallory } from "../facts.mjs";

export default {
  row: "session",
  at: "sibling",
  goal: "the victim is signed in as the attacker",
  expected: ["loses", "loses"],
  fresh: true,
  dirty: true,
  // WebKitGTK lets a sibling set a cookie with this prefix: there are two then, and the endpoints believe neither.
  breaks: true,
  prepare: signInAsMallory,
  after: ({ prepared: { handle } }) => {
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
    return document.cookie.split(";").length;
  },
  reload: async (_, redteam) => {
    const { subject, status } = await redteam.session();
    return { won: subject === "mallory", subject, status };
  },
  reached: sentHandle,
};
