// A page of its own for @axa-fr/oidc-client: its service worker takes every request of the pages below its path, and would
// slow the others down.
import { OidcClient } from "@axa-fr/oidc-client";
import { makeWork, turns } from "./measure.mjs";

const { origins } = await (await fetch("/settings.json")).json();
const client = OidcClient.getOrCreate(() => fetch)(
  {
    client_id: "axa",
    redirect_uri: `${location.origin}/axa/callback`,
    silent_redirect_uri: `${location.origin}/axa/silent`,
    scope: "openid profile offline_access",
    authority: origins.id,
    service_worker_relative_url: "/axa/OidcServiceWorker.js",
    service_worker_only: true,
    monitor_session: false,
  },
  "default",
);
if (location.pathname === "/axa/callback") {
  await client.loginCallbackAsync();
  history.replaceState(null, "", "/axa/");
} else {
  await client.tryKeepExistingSessionAsync();
}

let work;
const contenders = { axa: client.fetchWithTokens(fetch) };
globalThis.bench = {
  leave: () => void client.loginAsync("/axa/"),
  state: () => ({
    signedIn: Boolean(client.tokens),
    controlled: Boolean(navigator.serviceWorker.controller),
  }),
  setSize: (size) => void (work = makeWork(origins, size)),
  turns: (_names, rounds, kind) => turns(contenders, rounds, work[kind]),
};
