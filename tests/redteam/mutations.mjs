// How each defence is taken away, in a scratch copy of the sources, and the attack that must win without it. Where the defence
// lies in the wasm, it is undone in front of it: what it refuses is made to look as it should.

/** @typedef {{ file: string, find: string, replace: string }} Edit */

const wrap = (host, handler) => ({
  file: "www/workers/site.mjs",
  find: `(host === "vault" ? isolated : inpage).fetch(request, env, context)`,
  replace: `(host === "${host}" ? (${handler})(host === "vault" ? isolated : inpage) : (host === "vault" ? isolated : inpage).fetch(request, env, context))`,
});

/** The endpoints without their guard: any origin, any site, and an answer that may be read. */
const unguarded = (host) => [
  wrap(
    host,
    `async (endpoints) => {
      const from = request.headers.get("origin") ?? "";
      const cors = { "access-control-allow-origin": from, "access-control-allow-credentials": "true",
        "access-control-allow-headers": "content-type, strongroom-attempt", "cross-origin-resource-policy": "cross-origin" };
      if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
      const headers = new Headers(request.headers);
      if (request.method === "POST") {
        headers.set("origin", new URL(request.url).origin);
        headers.delete("sec-fetch-site");
      }
      const answer = await endpoints.fetch(new Request(request, { headers }), env, context);
      const given = new Headers(answer.headers);
      for (const [name, value] of Object.entries(cors)) given.set(name, value);
      return new Response(answer.body, { status: answer.status, headers: given });
    }`,
  ),
];

/** @type {Record<string, { attack: string, mode: "in-page" | "isolated", edits: Edit[] }>} */
export const MUTATIONS = {
  "the endpoints' Origin, Fetch Metadata and CORS": {
    attack: "refresh-from-page",
    mode: "isolated",
    edits: unguarded("vault"),
  },
  "the same against a sibling of the in-page mode": {
    attack: "refresh-from-sibling",
    mode: "in-page",
    edits: unguarded("inpage"),
  },
  "the cookie's HttpOnly and prefix": {
    attack: "read-storage",
    mode: "in-page",
    edits: [
      wrap(
        "inpage",
        `async (endpoints) => {
          const headers = new Headers(request.headers);
          const cookie = headers.get("cookie");
          if (cookie) headers.set("cookie", cookie.replace(/(^|; )strongroom/g, "$1__Host-Http-strongroom"));
          const answer = await endpoints.fetch(new Request(request, { headers }), env, context);
          const given = new Headers(answer.headers);
          given.delete("set-cookie");
          for (const text of answer.headers.getSetCookie()) {
            given.append("set-cookie", text.replace("__Host-Http-", "").replace(/; *HttpOnly/i, ""));
          }
          return new Response(answer.body, { status: answer.status, headers: given });
        }`,
      ),
    ],
  },
  "the frame's list of applications, and frame-ancestors": {
    attack: "framed-by-a-sibling",
    mode: "isolated",
    edits: [
      {
        file: "pkg/src/vault/headers.ts",
        find: '`frame-ancestors ${apps.join(" ")}`',
        replace: '`frame-ancestors *${apps.length ? "" : " "}`',
      },
      {
        file: "pkg/src/host.ts",
        find: "[...ancestorOrigins].every((origin) => apps.includes(origin))",
        replace: "apps.length > 0",
      },
      { file: "pkg/src/host.ts", find: "!apps.includes(origin) || !far", replace: "!far" },
      {
        file: "pkg/src/host.ts",
        find: "parent.postMessage(HELLO, app)",
        replace: 'parent.postMessage(HELLO, app && "*")',
      },
    ],
  },
  "the refusal at top level, and the opener policy": {
    attack: "vault-in-a-window",
    mode: "isolated",
    edits: [
      {
        file: "pkg/src/host.ts",
        find: "if (parent === window || !ancestorsAreListed(apps)) {",
        replace: "if (!ancestorsAreListed(apps)) {",
      },
      {
        file: "pkg/src/host.ts",
        find: "source !== parent || !apps.includes(origin)",
        replace: "!apps.includes(origin)",
      },
      {
        file: "pkg/src/vault/headers.ts",
        find: '"cross-origin-opener-policy": "same-origin"',
        replace: '"cross-origin-opener-policy": "unsafe-none"',
      },
      {
        file: "pkg/src/vault/headers.ts",
        find: '"cross-origin-embedder-policy": "require-corp"',
        replace: '"cross-origin-embedder-policy": "unsafe-none"',
      },
    ],
  },
  "the frame's exact origin and window": {
    attack: "forged-hello",
    mode: "isolated",
    edits: [
      {
        file: "pkg/src/vault/isolated.ts",
        find: "if (source !== frame.contentWindow || from !== origin) return;",
        replace: "if (!source || from === location.hash) return;",
      },
      {
        file: "pkg/src/vault/isolated.ts",
        find: "frame.contentWindow?.postMessage(PORT, origin, [far]);",
        replace: '(source as Window).postMessage(PORT, "*", [far]);',
      },
    ],
  },
  "messages without room for a token": {
    attack: "patch-ports-after",
    mode: "isolated",
    edits: [
      {
        file: "pkg/src/worker.ts",
        find: "answer = upload(",
        replace: "post([99, [...headers].join()]);\n        answer = upload(",
      },
    ],
  },
  "a worker that keeps no request": {
    attack: "look-into-the-workers-heap",
    mode: "in-page",
    edits: [
      {
        file: "pkg/src/worker.ts",
        find: "answer = upload(",
        replace: "(globalThis.kept ??= []).push([...headers].join());\n        answer = upload(",
      },
    ],
  },
  "a configuration that is taken once": {
    attack: "widen-the-list-after",
    mode: "in-page",
    edits: [
      { file: "pkg/src/worker.ts", find: "  worker.onmessage = null;\n", replace: "" },
      // Else the second core takes the first one's memory away, and both end in a trap.
      { file: "pkg/src/worker.ts", find: "await load();", replace: "await (loading ??= load());" },
      {
        file: "pkg/src/worker.ts",
        find: "worker.onmessage = async",
        replace: "let loading: Promise<void> | undefined;\nworker.onmessage = async",
      },
    ],
  },
  "primordials taken when the SDK is loaded": {
    attack: "kill-the-worker-after",
    mode: "in-page",
    edits: [
      { file: "pkg/src/vault/spawn.ts", find: "new OwnWorker(script", replace: "new Worker(script" },
      {
        file: "pkg/src/vault/spawn.ts",
        find: "apply(post, worker, [configuration, [port]]);",
        replace: "apply(post ? worker.postMessage : worker.postMessage, worker, [configuration, [port]]);",
      },
    ],
  },
  "options of the application's own": {
    attack: "fake-the-options",
    mode: "in-page",
    edits: [
      {
        file: "pkg/src/vault/create.ts",
        find: "Object.assign(Object.create(null), given)",
        replace: "given",
      },
    ],
  },
  "one configuration for a page": {
    attack: "second-vault-with-own-list",
    mode: "in-page",
    edits: [
      {
        file: "pkg/src/vault/lock.ts",
        find: "if (first !== wanted)",
        replace: "if (first === wanted + first)",
      },
    ],
  },
  "the page's worker-src": {
    attack: "own-blob-worker-csp",
    mode: "in-page",
    edits: [
      {
        file: "tests/redteam/stack/pages.mjs",
        find: `"worker-src 'self'"`,
        replace: `"worker-src 'self' blob:"`,
      },
    ],
  },
  "the worker's exact connect-src": {
    attack: "own-worker-own-list-csp",
    mode: "in-page",
    edits: [
      { file: "tests/redteam/stack/pages.mjs", find: 'kind === "exact" ? "" : server', replace: "server" },
    ],
  },
};
