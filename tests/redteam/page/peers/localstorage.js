// An application as most tutorials have it: the code flow in the page, the tokens in localStorage.
const { redteam } = globalThis;
const here = `${redteam.own}/localstorage`;
const encode = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const app = (globalThis.app = { done: false });
app.login = async () => {
  const verifier = encode(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem("verifier", verifier);
  const challenge = encode(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const query = new URLSearchParams({
    client_id: "localstorage",
    redirect_uri: here,
    response_type: "code",
    scope: "openid profile offline_access",
    prompt: "consent",
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  location.assign(`${redteam.public}/authorize?${query}`);
};
app.signedIn = () => localStorage.getItem("access_token") !== null;
app.call = (path, init) =>
  fetch(redteam.api + path, {
    ...init,
    headers: { ...init?.headers, authorization: `Bearer ${localStorage.getItem("access_token")}` },
  });

const code = new URLSearchParams(location.search).get("code");
if (code) {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: "localstorage",
    redirect_uri: here,
    code,
    code_verifier: sessionStorage.getItem("verifier") ?? "",
  });
  const answer = await (await fetch(`${redteam.public}/oauth/token`, { method: "POST", body })).json();
  for (const name of ["access_token", "refresh_token"]) {
    if (answer[name]) localStorage.setItem(name, answer[name]);
  }
  history.replaceState(null, "", here);
}
app.done = true;
