import { echoed, facts, refusal, whole } from "../look.mjs";

const sent = (init) => async (fetch, at) => echoed(await fetch(at.api("echo"), init));
const refused = (init) => (fetch, at) => refusal(fetch(at.api("echo"), init));

/** Sets a cookie at the API, and asks what is sent afterwards. */
const cookies = (credentials) => async (fetch, at) => {
  const baked = at.api("answer?header=set-cookie:battery=1;SameSite=Strict;Secure;Path=/");
  await (await fetch(baked, { credentials: "include" })).text();
  const { headers } = await echoed(await fetch(at.api("echo"), { credentials }));
  const eaten = at.api("answer?header=set-cookie:battery=1;Max-Age=0;SameSite=Strict;Secure;Path=/");
  await (await fetch(eaten, { credentials: "include" })).text();
  return headers.cookie ?? "none";
};

/** `sha256-…` of "body". */
const INTEGRITY = "sha256-Iw2DWNyOiJC0xY3utikS7i8gNXrpKlzIYbmOaP4xrLU=";

/** Three requests for what may be cached; which of them the server saw, and what it was asked. */
const caching =
  (cache, control = "max-age=60") =>
  async (fetch, at) => {
    const url = at.api(`cached?control=${control}`);
    const first = await (await fetch(url)).text();
    const response = await fetch(url, { cache });
    const again = await whole(response);
    return { first, again, requests: (await at.seen()).length };
  };

/** Everything else that can be asked for. */
export const options = {
  "credentials: include": cookies("include"),
  "credentials: omit": cookies("omit"),
  "credentials: same-origin": cookies("same-origin"),
  "credentials that do not exist": refused({ credentials: "maybe" }),
  "credentials where all origins are allowed": (fetch, at) =>
    refusal(fetch(at.api("answer?cors=wildcard"), { credentials: "include" })),
  "all origins are allowed": async (fetch, at) => facts(await fetch(at.api("answer?cors=wildcard"))),
  "CORS is not granted": (fetch, at) => refusal(fetch(at.api("answer?cors=none"))),
  "CORS does not grant the header": (fetch, at) =>
    refusal(fetch(at.api("answer?cors=plain"), { headers: { "x-one": "1" } })),
  "mode: no-cors": async (fetch, at) => facts(await fetch(at.api("answer"), { mode: "no-cors" })),
  "mode: same-origin": refused({ mode: "same-origin" }),
  "mode: navigate": refused({ mode: "navigate" }),
  "cache: default": caching("default"),
  "cache: no-store": caching("no-store"),
  "cache: reload": caching("reload"),
  "cache: no-cache": caching("no-cache"),
  "cache: force-cache": caching("force-cache", "max-age=0"),
  "cache: only-if-cached": refused({ cache: "only-if-cached" }),
  "cache: revalidated": caching("default", "no-cache"),
  "the right integrity": async (fetch, at) =>
    whole(await fetch(at.api("answer?body=body"), { integrity: INTEGRITY })),
  "the wrong integrity": (fetch, at) => refusal(fetch(at.api("answer?body=other"), { integrity: INTEGRITY })),
  "the referrer by default": sent({}),
  "no referrer": sent({ referrer: "" }),
  "an own referrer": sent({ referrer: "/deep/page?q=1#f" }),
  "a foreign referrer": sent({ referrer: "https://elsewhere.example/x" }),
  ...Object.fromEntries(
    ["no-referrer", "origin", "same-origin", "strict-origin-when-cross-origin", "unsafe-url"].map(
      (referrerPolicy) => [`referrerPolicy: ${referrerPolicy}`, sent({ referrerPolicy })],
    ),
  ),
  "the page's own referrer policy": async (fetch, at) => {
    const meta = Object.assign(document.createElement("meta"), { name: "referrer", content: "no-referrer" });
    document.head.append(meta);
    const response = await fetch(at.api("echo"));
    meta.content = "strict-origin-when-cross-origin"; // removing it would not take it back
    return (await echoed(response)).headers.referer ?? "none";
  },
  keepalive: sent({ method: "POST", body: "alive", keepalive: true }),
  "keepalive with too much": (fetch, at) =>
    refusal(fetch(at.api("echo"), { method: "POST", body: "x".repeat(70_000), keepalive: true })),
  "priority: high": sent({ priority: "high" }),
  "window: null": sent({ window: null }),
  "a window that is one": refused({ window: {} }),
  "options that do not exist": sent({ nonsense: true }),
  "options that are no object": (fetch, at) => refusal(fetch(at.api("echo"), 1)),
  "options read once, in the page": async (fetch, at) => {
    const read = [];
    const method = { toString: () => (read.push("method"), "PUT") };
    return [await echoed(await fetch(at.api("echo"), { method })), read];
  },
};
