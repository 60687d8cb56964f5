/** What is attacked. `page`: where the application is; `host`: the name of its origin in the stack. */
export const SUBJECTS = {
  "in-page": { host: "inpage", page: "/", home: "inpage", ours: true },
  isolated: { host: "app", page: "/", home: "vault", ours: true },
  localstorage: { host: "peer", page: "/localstorage", home: "public" },
  auth0: { host: "peer", page: "/auth0", home: "public" },
  "auth0-worker": { host: "peer", page: "/auth0-worker", home: "public" },
  "oidc-client": { host: "peer", page: "/oidc-client", home: "public" },
};
