// An application with oidc-client-ts, as its documentation has it: the user in sessionStorage, silent login in a frame.
import { UserManager } from "/peers/oidc-client.js";

const { redteam } = globalThis;
const here = `${redteam.own}/oidc-client`;
const manager = new UserManager({
  authority: redteam.public,
  client_id: "oidc-client",
  redirect_uri: here,
  silent_redirect_uri: here,
  scope: "openid profile",
});

if (parent !== window && location.search.includes("state=")) {
  await manager.signinCallback();
} else {
  const app = (globalThis.app = { done: false, manager });
  let user = await manager.getUser();
  app.login = () => manager.signinRedirect();
  app.signedIn = () => user?.access_token !== undefined;
  app.call = async (path, init) => {
    user = (await manager.getUser()) ?? user;
    const authorization = `Bearer ${user?.access_token}`;
    return fetch(redteam.api + path, { ...init, headers: { ...init?.headers, authorization } });
  };
  try {
    if (location.search.includes("code=")) {
      user = await manager.signinCallback();
      history.replaceState(null, "", here);
    } else {
      user ??= await manager.signinSilent();
    }
  } catch (error) {
    app.problem = String(error);
  }
  app.done = true;
}
