const ALL = ["chromium", "firefox", "webkit"];

/** That the server has seen every request of the case break off. */
const cut = (seen) => Array.isArray(seen) && seen.length > 0 && seen.every(({ ended }) => ended === "cut");

/**
 * Every difference between `fetch` and `vault.fetch` that is meant: in which engines, in which cases, and where in the
 * result. What is not listed here fails the suite, and so does what is listed and does not happen, unless it happens only
 * `sometimes`: then `fetch` does not agree with itself. `always` is what the vault's result has to be in any case.
 */
const EXPLAINED = [
  {
    engines: ALL,
    cases: /^inputs: (a relative URL|a data: URL|a blob: URL|null is a path|an origin that is no resource)$/,
    because: "only the configured resources are fetched; all else is `resource_not_allowed`",
  },
  {
    engines: ALL,
    cases: /^headers: an own authorization$/,
    because: "only the vault sets `authorization`; the page's own is `header_forbidden`",
  },
  {
    engines: ALL,
    cases: /^options: mode: (no-cors|same-origin)$/,
    because: "a request with a token is always a CORS request",
  },
  {
    engines: ALL,
    cases: /^responses: status 204 has no body$/,
    at: /^\/body$/,
    because: "the body of a 204 is null, as the standard has it; the engines give an empty stream",
  },
  {
    engines: ["webkit"],
    cases: /^responses: status 205$/,
    at: /^\/body$/,
    because: "a 205 has no body, as the standard has it; WebKit gives one that a server sends all the same",
  },
  {
    engines: ["firefox"],
    cases: /^aborts: while the body is read, with a reason$/,
    because:
      "the body fails with the signal's own reason, as the standard has it; Firefox gives an AbortError",
  },
  {
    engines: ["webkit"],
    cases: /^aborts: (while the (body is read|server is silent), with a reason|by a time-out|by any of two)$/,
    because:
      "an abort fails with the signal's own reason, as the standard has it; WebKit gives an AbortError",
  },
  {
    engines: ["webkit"],
    cases: /^aborts: while a clone is read$/,
    because:
      "an aborted clone fails with the AbortError itself, as the standard has it; WebKit wraps it in a TypeError",
  },
  {
    engines: ["webkit"],
    cases: /^aborts: /,
    at: /\/message$/,
    because:
      "the AbortError is the signal's own reason, as the standard has it; WebKit makes a new one with other words",
  },
  {
    engines: ALL,
    cases: /^options: referrerPolicy: unsafe-url$/,
    because: "the referrer of the isolated vault is its own worker; no page of another origin can be named",
  },
  {
    engines: ALL,
    cases: /^options: the page's own referrer policy$/,
    because: "a worker has the policy that its own file was served with; one for a single request is heeded",
  },
  ...[
    { cases: /^streams: (a cancelled body ends|both halves cancelled end) at the server$/, always: cut },
    {
      cases: /^streams: a cancelled reader ends at the server$/,
      at: /^\/2\//,
      always: ([, , seen]) => cut(seen),
    },
  ].flatMap((where) => [
    {
      ...where,
      engines: ["firefox"],
      because:
        "a cancelled body ends at the server; Firefox leaves the connection open once something has been read",
    },
    {
      ...where,
      engines: ["chromium"],
      because:
        "a cancelled body ends at the server; Chromium leaves the connection open now and then, most on a busy machine",
      sometimes: true,
    },
  ]),
  {
    engines: ["firefox"],
    cases: /^responses: a response can be wrapped while it comes$/,
    at: /^\/used$/,
    because:
      "a body that is read through another response is used, as the standard has it; Firefox says it is not",
  },
  {
    engines: ["chromium", "firefox"],
    cases: /^responses: (the connection breaks in the body|the stream is reset in the body, HTTP\/2)$/,
    at: /^\/text\/message$/,
    because: "a broken body is a TypeError; its words do not survive the way between threads",
  },
  {
    engines: ["firefox", "webkit"],
    cases: /^(responses: headers cannot be changed|inputs: no URL at all)$/,
    at: /^\/message$/,
    because: "a TypeError of the vault's own, in Chromium's words",
  },
  {
    engines: ["chromium"],
    cases: /^bodies: a stream is the request's from then on$/,
    at: /^\/locked$/,
    because: "a stream to be sent is locked when it is handed to the worker, one microtask after the call",
  },
  {
    engines: ["chromium", "firefox"],
    cases: /^streams: read into a buffer of one's own, line by line$/,
    because: "a body that comes to the page in parts is no byte stream: no reader with a buffer of one's own",
  },
  {
    engines: ["firefox"],
    cases: /^(bodies: a (locked )?stream |redirects: a stream cannot|aborts: while a stream is sent)/,
    because:
      "Firefox cannot upload streams and sends `[object ReadableStream]`; the vault says `body_unusable`",
  },
  {
    engines: ["webkit"],
    cases: /^bodies: a Request with a stream$/,
    because: "WebKit cannot upload streams; what a Request holds the vault reads first, and sends it whole",
  },
  {
    engines: ["webkit"],
    cases: /^(bodies: a stream |redirects: a stream cannot|aborts: while a stream is sent)/,
    because: "WebKit cannot upload streams, a NotSupportedError; with the vault it is `body_unusable`",
  },
];

const listed = (engine, name) =>
  EXPLAINED.filter(({ engines, cases }) => engines.includes(engine) && cases.test(name));

/** Why a difference is meant, if it is. */
export const explanation = (engine, name, where) =>
  listed(engine, name).find(({ at }) => !at || at.test(where))?.because;

/** Every reason for a difference that a case may have. */
export const explanations = (engine, name) => listed(engine, name).map(({ because }) => because);

/** What the vault's result has to be, whatever `fetch` does. */
export const demands = (engine, name) => listed(engine, name).filter(({ always }) => always);

/** What is explained for this engine, and did not happen. */
export const unused = (engine, happened) =>
  EXPLAINED.filter(
    ({ engines, because, sometimes }) => engines.includes(engine) && !sometimes && !happened.has(because),
  ).map(({ because }) => because);
