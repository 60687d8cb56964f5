// The application: its site, which signs users in and serves the page, and its API, which believes tokens alone.
import { randomBytes } from "node:crypto";
import { createVerifier } from "strongroom/edge";
import { createEndpoints, issuer, ringStorage } from "strongroom/endpoints";
import { createKeyRing } from "strongroom/keys";
import { memoryStore } from "strongroom/stores/memory";
import { createApi } from "./api.mjs";
import { createPages } from "./pages.mjs";
import { createSignin } from "./signin.mjs";
import { createUsers } from "./users.mjs";

const SCOPE = "account";

/**
 * `origin` serves the site and `api` the API. In production the store is a database and the secrets come from outside:
 * docs/stores.md. `now` and `ring` are for tests that cannot wait for a key to grow old.
 */
export function createApp({ origin, api, now = () => Date.now() / 1000, ring = {} }) {
  const store = memoryStore({ quiet: true, now: () => now() * 1000 });
  const [secret, ringSecret] = [newSecret(), newSecret()];
  const keyRing = createKeyRing({ storage: ringStorage(store), secrets: [ringSecret], now, ...ring });
  const users = createUsers();
  const auth = createEndpoints({
    origins: [origin],
    provider: issuer({
      issuer: `${origin}/auth`,
      clientId: "example",
      keyRing,
      resources: [{ audience: api, scope: SCOPE }],
      authenticate: createSignin({ users, origin, api }),
      // Asked before every token: whoever is blocked gets none any more, whatever sessions there are.
      onIssue: ({ subject }) =>
        users.isBlocked(subject) ? { deny: "session" } : { claims: { role: users.roleOf(subject) } },
    }),
    store,
    secrets: [secret],
  });
  const verifier = createVerifier({
    issuer: `${origin}/auth`,
    audience: api,
    algorithms: ["ES256"],
    profile: "rfc9068",
    requiredScopes: [SCOPE],
    keys: { jwksUrl: `${origin}/auth/jwks` },
    // Site and API are one process here. Elsewhere this line goes, and the keys come over the network.
    fetch: (request) => auth.fetch(request),
    now,
  });
  const pages = createPages({ api });
  const site = (request) => {
    const { pathname } = new URL(request.url);
    const isAuth = pathname.startsWith("/auth/") || pathname.startsWith("/.well-known/");
    return isAuth ? auth.fetch(request) : pages(request);
  };
  return { site, api: createApi({ origin, auth, users, verifier, now }), auth, keyRing, users };
}

function newSecret() {
  return randomBytes(32).toString("base64url");
}
