// Proves who a user is: by password, by passkey, or by making an account.
import { generateAuthenticationOptions, verifyAuthenticationResponse } from "@simplewebauthn/server";
import { signinPage } from "./pages.mjs";

/** What `issuer` takes as `authenticate`. */
export function createSignin({ users, origin }) {
  const { hostname: rpID } = new URL(origin);
  return async function authenticate({ request, action, id, maxAge, prompt }) {
    const show = async (problem) => {
      // The login's own id is the challenge: random, bound to this browser, and good for one sign-in.
      const options = await generateAuthenticationOptions({
        rpID,
        challenge: Buffer.from(id, "base64url"),
        userVerification: "required",
      });
      const isAgain = maxAge !== undefined || prompt === "login";
      return signinPage({ action, options, problem, isAgain });
    };
    if (request.method === "GET") return show();
    const form = await fields(request);
    if (form === undefined) return show("Please try again.");
    if (form.intent === "passkey") {
      const user = await byPasskey(users, form.passkey, { challenge: id, origin, rpID });
      return user ? proven(user, ["hwk", "user"], "phr") : show("This passkey is not known here.");
    }
    const { name, password } = form;
    if (!/^[\w.-]{1,64}$/.test(name) || password.length < 12 || password.length > 256)
      return show("A name is up to 64 letters and digits; a password has at least 12 characters.");
    if (form.intent === "create") {
      const user = await users.create(name, password);
      return user ? proven(user, ["pwd"]) : show("This name is taken.");
    }
    const user = await users.check(name, password);
    return user ? proven(user, ["pwd"]) : show("Name or password is wrong.");
  };
}

function proven({ id, name }, amr, acr) {
  return { subject: id, amr, ...(acr ? { acr } : {}), claims: { name } };
}

async function byPasskey(users, text, { challenge, origin, rpID }) {
  try {
    const response = JSON.parse(text);
    const { user, passkey } = users.byPasskey(response.id);
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      credential: passkey,
      requireUserVerification: true,
    });
    if (!verified) return undefined;
    passkey.counter = authenticationInfo.newCounter;
    return user;
  } catch {
    // Whatever is wrong with it, it proves nobody.
    return undefined;
  }
}

/** The form, if it is one and not large. */
async function fields(request) {
  if (!request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded")) return undefined;
  const text = await request.text();
  if (text.length > 16_384) return undefined;
  const form = new URLSearchParams(text);
  const field = (name) => form.get(name) ?? "";
  return {
    intent: field("intent"),
    name: field("name"),
    password: field("password"),
    passkey: field("passkey"),
  };
}
