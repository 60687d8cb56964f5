// What the contenders talk to, in this process and over TLS: the site with real endpoints, a real OpenID provider, and an
// API over HTTP/1.1 and HTTP/2 that does next to nothing.
import { build } from "esbuild";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createSecureServer } from "node:http2";
import { Agent, createServer, request as send } from "node:https";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createEndpoints, oidc } from "strongroom/endpoints";
import { memoryStore } from "strongroom/stores/memory";
import { certificate } from "../../tests/engines/certificate.mjs";
import { api } from "./api.mjs";
import { createProvider } from "./provider.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const dist = here("../../pkg/dist");
const worker = here("../../node_modules/@axa-fr/oidc-client-service-worker/dist/OidcServiceWorker.js");
const NAMES = ["app", "vault", "api", "wide", "id"].map((name) => `${name}.strongroom.localhost`);

/** Fine clocks and measurable memory. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-site",
};
const page = (script) =>
  `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="${script}"></script>`;

const bundle = async (name) => {
  const { outputFiles } = await build({
    entryPoints: [here(`page/${name}.mjs`)],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    external: ["/sdk/*"],
  });
  return outputFiles[0].contents;
};

const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
};

/** `fetch` that finds this machine under every name and trusts the throw-away certificate. */
const fetchHere = (ca) => {
  const agent = new Agent({ ca, keepAlive: true });
  const lookup = (_name, { all }, done) =>
    all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
  return async (url, { method = "GET", headers, body } = {}) => {
    const outgoing = send(url, { method, headers: Object.fromEntries(new Headers(headers)), agent, lookup });
    outgoing.end(body?.toString());
    const [answer] = await once(outgoing, "response");
    const chunks = [];
    for await (const chunk of answer) chunks.push(chunk);
    const type = { "content-type": answer.headers["content-type"] ?? "" };
    return new Response(Buffer.concat(chunks).toString() || null, {
      status: answer.statusCode,
      headers: type,
    });
  };
};

/** A handler of web requests, on a Node server. */
const onNode = (handler) => async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers } = request;
  const body = method === "GET" || method === "HEAD" ? undefined : Buffer.concat(chunks);
  const answer = await handler(
    new Request(`https://${headers.host}${request.url}`, { method, headers, body }),
  );
  const { status } = answer;
  response.writeHead(status, [...answer.headers].flat()).end(Buffer.from(await answer.arrayBuffer()));
};

export const start = async () => {
  const tls = certificate(NAMES);
  const origin = (name, port) => `https://${name}.strongroom.localhost:${port}`;
  let site = () => {};
  let identity = () => {};
  const servers = [
    createServer(tls, (request, response) => void site(request, response)),
    createServer(tls, (request, response) => void identity(request, response)),
    createServer(tls, api),
    createSecureServer(tls, api),
  ];
  const [own, id, plain, wide] = await Promise.all(servers.map(listen));
  const origins = {
    app: origin("app", own),
    vault: origin("vault", own),
    id: origin("id", id),
    api: origin("api", plain),
    wide: origin("wide", wide),
  };
  const secret = randomBytes(32).toString("base64url");
  identity = await createProvider(origins, secret);
  const endpoints = (home, apps) =>
    onNode(
      createEndpoints({
        origins: [home],
        ...(apps ? { apps } : {}),
        provider: oidc({
          issuer: origins.id,
          clientId: "strongroom",
          clientSecret: secret,
          scope: "openid profile offline_access",
          resources: [{ audience: origins.api, scope: "read" }],
          fetch: fetchHere(tls.cert),
        }),
        store: memoryStore({ quiet: true }),
        secrets: [secret],
      }).fetch,
    );
  const auth = endpoints(origins.app);
  const scripts = { "/main.js": await bundle("main"), "/axa/main.js": await bundle("axa") };
  const resources = [{ origin: origins.api }, { origin: origins.wide }];
  const settings = { origins, resources, endpoints: "/auth" };
  const trusted = { default: { oidcDomains: [origins.id], accessTokenDomains: [origins.api, origins.wide] } };

  const file = async (response, body, type) => {
    response.writeHead(body ? 200 : 404, { "content-type": type, "cache-control": "no-store", ...ISOLATION });
    response.end(body);
  };
  site = async (request, response) => {
    const { pathname } = new URL(request.url, origins.app);
    const script = "text/javascript";
    if (pathname.startsWith("/auth/")) return auth(request, response);
    if (pathname === "/settings.json") return file(response, JSON.stringify(settings), "application/json");
    if (pathname === "/axa/OidcServiceWorker.js") return file(response, await readFile(worker), script);
    if (pathname === "/axa/OidcTrustedDomains.js") {
      return file(response, `const trustedDomains = ${JSON.stringify(trusted)};`, script);
    }
    if (scripts[pathname]) return file(response, scripts[pathname], script);
    if (pathname.startsWith("/sdk/")) {
      return file(response, await readFile(path.join(dist, path.normalize(pathname.slice(4)))), script);
    }
    return file(response, page(pathname.startsWith("/axa/") ? "/axa/main.js" : "/main.js"), "text/html");
  };
  return {
    origins,
    certificate: tls.cert,
    close: () => {
      for (const server of servers) {
        server.closeAllConnections?.();
        server.close();
      }
    },
  };
};
