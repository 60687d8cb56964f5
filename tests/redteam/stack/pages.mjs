// The application's pages, with the attacker's script in them where the attack says so.
import { readFileSync } from "node:fs";
import path from "node:path";

export const CONTENT_TYPES = { ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" };

/** What docs/vault.md tells applications to send. `worker-src` is what stands between an injected script and its own worker. */
export const policyOf = (name, { api, evil: server, public: provider, vault }, kind) => {
  // The attacker's server is allowed, so that no attack fails only because nothing can be sent home: unless that is tested.
  const evil = kind === "exact" ? "" : server;
  const connect = {
    inpage: `'self' ${api} ${evil}`,
    app: `'self' ${evil}`,
    peer: `'self' ${api} ${evil} ${provider}`,
  };
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    name === "app" ? "worker-src 'none'" : "worker-src 'self'",
    `connect-src ${connect[name]}`,
    `frame-src ${vault}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // No attacker can add this. It is here so that what a browser reports is searched too.
    `report-uri ${server}/report`,
  ].join("; ");
};

/** `/` and `/<peer>`: context, then the attacker's early script, then the application. */
export const applicationPage = (name, response, url, stack, world) => {
  if (url.pathname === "/context.js") return sendScript(response, contextScript(world.context));
  if (url.pathname === "/early.js") return sendScript(response, world.early ?? "");
  if (url.pathname === "/upload.js") return sendScript(response, world.upload ?? "");
  if (url.pathname.startsWith("/assets/")) return response.writeHead(404).end();
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  if (world.policy) headers["content-security-policy"] = world.policy;
  response.writeHead(200, headers).end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}</title>
<script src="/context.js"></script>
<script src="/kit.js"></script>
<script src="/early.js"></script>
</head><body>
<p id="greeting">The application</p>
<script type="module" src="/page/${name === "peer" ? `peers${url.pathname}.js` : "application.js"}"></script>
</body></html>`);
};

const KIT = ["recorder", "kit/vault", "kit/hooks", "kit/workers", "kit/frames"];

/** What every page of the play begins with: what the attacker hears, and the tools that attacks share. */
export const kit = (dir) =>
  KIT.map((name) => readFileSync(path.join(dir, "page", `${name}.js`), "utf8")).join("\n");

export const sendScript = (response, text) =>
  response
    .writeHead(200, {
      "content-type": "text/javascript",
      "cache-control": "no-store",
      "service-worker-allowed": "/",
    })
    .end(text);

const contextScript = (context) => `globalThis.redteam = ${JSON.stringify(context ?? {})};`;
