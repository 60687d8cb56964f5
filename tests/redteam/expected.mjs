// The design's table, row by row: what an injected script tries, and how that ends in each mode. The suite prints the table
// that it has measured and compares it with this one.

/** @type {Record<string, [what: string, inPage: string, isolated: string]>} */
export const ROWS = {
  read: [
    "read the token from storage, globals, prototypes, messages, heap, errors, caches",
    "loses",
    "loses",
  ],
  "patch-after": ["patch primordials after the SDK has loaded", "loses", "loses"],
  "patch-before": ["patch primordials before the SDK has loaded, or in a new frame", "wins", "loses"],
  "own-worker": ["run the worker script on its own terms, without a policy", "wins", "loses"],
  "own-worker-csp": ["the same under `worker-src 'self'` and an exact `connect-src`", "loses", "loses"],
  messages: ["send crafted messages; widen the list of resources", "loses", "loses"],
  "own-endpoints": [
    "make the vault fetch its endpoints, the provider or what is not listed",
    "loses",
    "loses",
  ],
  refresh: ["call the refresh endpoint as the vault does", "wins", "loses"],
  "refresh-tricks": ["call it by other means, or from another origin", "loses", "loses"],
  "silent-login-frame": ["run a silent login unseen, or for a code of its own", "loses", "loses"],
  "silent-login": ["run a silent login in a window, then refresh", "wins", "loses"],
  frames: ["take over the vault's frame or the hand-over of the port", "–", "loses"],
  session: ["sign the user in as somebody else", "loses", "loses"],
  use: ["make the user's own requests while the page is open", "wins", "wins"],
  "log-out": ["sign the user out", "wins", "wins"],
  "cookie-overflow": ["overflow the cookie jar, so that the user is signed out", "wins", "wins"],
  echo: ["read the token from a listed API that echoes its request's headers", "wins", "wins"],
};

/** Where the isolated vault's token may be found, and nowhere else: a listed API has given it away itself. */
export const STATED = ["echo"];
