// The page in which the vault, in both modes, plain fetch and @auth0/auth0-spa-js take turns.
import { createAuth0Client } from "@auth0/auth0-spa-js";
import { openVault } from "/sdk/index.js";
import { makeWork, memory, parallel, turns } from "./measure.mjs";

const { origins, resources, endpoints } = await (await fetch("/settings.json")).json();

/** A token in the page's hands, as applications have it that keep it in localStorage. */
const bearer = `Bearer ${"t".repeat(640)}`;
const withToken = (token, init) => ({ ...init, headers: { ...init?.headers, authorization: token } });
const plain = (url, init) => fetch(url, withToken(bearer, init));

const vault = await openVault({ endpoints, resources });
const auth0 = await createAuth0Client({
  domain: origins.id,
  issuer: origins.id,
  clientId: "auth0",
  cacheLocation: "memory",
  useRefreshTokens: true,
  authorizationParams: { redirect_uri: `${location.origin}/`, scope: "openid profile" },
});

/** Once it has come back from the provider. */
const back = location.search.includes("state=") ? await auth0.handleRedirectCallback() : undefined;

const contenders = {
  fetch: plain,
  "fetch again": plain,
  vault: vault.fetch,
  auth0: async (url, init) => fetch(url, withToken(`Bearer ${await auth0.getTokenSilently()}`, init)),
};

const only = (names) => Object.fromEntries(names.map((name) => [name, contenders[name]]));

let work;
globalThis.bench = {
  leave: () => void auth0.loginWithRedirect(),
  state: () => ({ back: back !== undefined, vault: vault.session.status, isolated: crossOriginIsolated }),
  setSize: (size) => void (work = makeWork(origins, size)),
  turns: (names, rounds, kind) => turns(only(names), rounds, work[kind]),
  parallel: (name, host, count) => parallel(contenders[name], origins[host], count),
  memory: (name, count) => memory(contenders[name], origins.wide, count),
};
