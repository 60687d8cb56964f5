// An application with @auth0/auth0-spa-js, as its documentation has it: tokens in memory, silent login in a frame.
import { createAuth0Client } from "/peers/auth0.js";

const { redteam } = globalThis;

export const start = async (name, options) => {
  const app = (globalThis.app = { done: false });
  const here = `${redteam.own}/${name}`;
  const client = await createAuth0Client({
    domain: new URL(redteam.public).host,
    issuer: redteam.public,
    clientId: name,
    authorizationParams: { redirect_uri: here, audience: `${redteam.api}/es256`, scope: "openid profile" },
    ...options,
  });
  app.client = client;
  app.login = () => client.loginWithRedirect();
  app.signedIn = () => app.authenticated === true;
  app.call = async (path, init) => {
    const token = await client.getTokenSilently();
    return fetch(redteam.api + path, {
      ...init,
      headers: { ...init?.headers, authorization: `Bearer ${token}` },
    });
  };
  try {
    if (location.search.includes("code=")) {
      await client.handleRedirectCallback();
      history.replaceState(null, "", here);
    } else {
      await client.checkSession();
    }
    app.authenticated = await client.isAuthenticated();
  } catch (error) {
    app.problem = String(error);
  }
  app.done = true;
};
