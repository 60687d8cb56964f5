import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createSecureServer } from "node:http2";
import { createServer } from "node:https";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { certificate } from "../engines/certificate.mjs";
import { routes } from "./routes.mjs";

const NAMES = ["app", "vault", "api", "other", "wide"].map((name) => `${name}.strongroom.localhost`);
const here = fileURLToPath(new URL(".", import.meta.url));
const dist = fileURLToPath(new URL("../../pkg/dist/", import.meta.url));
const types = { ".js": "text/javascript", ".mjs": "text/javascript" };

const PAGE = "<!doctype html><meta charset=utf-8><title>fetch</title>";

/** The page of the isolated vault. */
const vaultPage = (app, resources) => `${PAGE}<script type="module">
import { hostVault } from "/dist/host.js";
await hostVault(${JSON.stringify({ apps: [app], endpoints: "/auth", resources })});
</script>`;

const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
};

const file = async (response, folder, name) => {
  const path = join(folder, normalize(name));
  const body = await readFile(path).catch(() => undefined);
  response.writeHead(body ? 200 : 404, { "content-type": types[extname(path)] ?? "text/plain" }).end(body);
};

/** The endpoints of a session that is always signed in. */
const refresh = async (request, response, route) => {
  for await (const _ of request);
  const session = {
    id: "public",
    subject: "ada",
    claims: {},
    auth_time: 1,
    expires_at: 4e9,
    idle_expires_at: 4e9,
  };
  const token = { access_token: "stub-token", token_type: "Bearer", expires_in: 3600, scope: "" };
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(route === "refresh" ? { ...token, session } : { session }));
};

/** Cross-origin access for one origin, unless the case asks for something else with `?cors=`. */
const cors = (request, url, response) => {
  const kind = url.searchParams.get("cors") ?? "open";
  if (kind === "none") return;
  const { origin = "*" } = request.headers;
  response.setHeader("access-control-allow-origin", kind === "wildcard" ? "*" : origin);
  if (kind === "open") response.setHeader("access-control-allow-credentials", "true");
  response.setHeader(
    "access-control-expose-headers",
    "etag, location, x-seen, x-served, x-one, x-two, content-length",
  );
  response.setHeader("vary", "origin");
  if (request.method !== "OPTIONS" || !request.headers["access-control-request-method"]) return;
  const headers = request.headers["access-control-request-headers"] ?? "";
  // A page's own headers may be refused; the vault's `authorization` is part of every such API.
  response.setHeader("access-control-allow-headers", kind === "plain" ? "authorization" : headers);
  response.setHeader("access-control-allow-methods", request.headers["access-control-request-method"]);
};

/** Answers `/<run>/<route>`; what happened in a run can be asked for afterwards. */
const makeApi = () => {
  const runs = new Map();
  const logOf = (run) => {
    if (!runs.has(run)) runs.set(run, { requests: [], open: new Set() });
    return runs.get(run);
  };

  const handle = async (request, response) => {
    const url = new URL(request.url, `https://${request.headers.host ?? request.headers[":authority"]}`);
    const [, run, name] = url.pathname.split("/");
    cors(request, url, response);
    const send = (status, body) => {
      response.statusCode = status;
      response.end(request.method === "HEAD" || status === 204 || status === 304 ? undefined : body);
    };
    if (request.method === "OPTIONS" && request.headers["access-control-request-method"]) {
      return response.writeHead(204).end();
    }
    const log = logOf(run);
    const entry = { route: name, method: request.method, host: url.hostname, ended: "open" };
    log.requests.push(entry);
    log.open.add(response);
    request.on("error", () => {});
    response
      .on("error", () => {})
      .on("close", () => {
        entry.ended = response.writableFinished ? "complete" : "cut";
        log.open.delete(response);
      });
    const route = routes[name];
    if (!route) return response.writeHead(404).end();
    return route({ request, response, url, send, log });
  };

  return {
    handle: (request, response) => handle(request, response).catch(() => response.destroy()),
    seen: (run) => logOf(run).requests,
    /** Cuts whatever a run has left open. */
    end: (run) => {
      for (const response of logOf(run).open) response.destroy();
    },
  };
};

/** A port that nobody listens at. */
const closedPort = async () => {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
};

/** Starts everything: the page's site and the API, the latter under two names over HTTP/1.1, and over HTTP/2. */
export const start = async () => {
  const tls = certificate(NAMES);
  const api = makeApi();
  const site = async (request, response) => {
    const { pathname } = new URL(request.url, "https://x");
    const [, first, second] = pathname.split("/");
    if (first === "auth") return refresh(request, response, second);
    if (first === "page") return file(response, here, pathname.slice("/page/".length));
    if (first === "dist") return file(response, dist, pathname.slice("/dist/".length));
    if (first === "seen") return response.end(JSON.stringify(api.seen(second)));
    if (first === "end") return response.end(void api.end(second));
    if (pathname !== "/") return api.handle(request, response); // the API on the page's own origin
    const isolated = request.headers.host.startsWith("vault.");
    response.writeHead(200, { "content-type": "text/html" });
    return response.end(isolated ? vaultPage(app, resources) : PAGE);
  };
  const servers = [
    createServer(tls, (request, response) => void site(request, response)),
    createServer(tls, api.handle),
    createSecureServer(tls, api.handle),
  ];
  const sessions = new Set();
  servers[2].on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {}).on("close", () => sessions.delete(session));
  });
  const [own, plain, second] = await Promise.all(servers.map(listen));
  const app = `https://app.strongroom.localhost:${own}`;
  const origins = {
    api: `https://api.strongroom.localhost:${plain}`,
    other: `https://other.strongroom.localhost:${plain}`,
    wide: `https://wide.strongroom.localhost:${second}`,
    closed: `https://closed.strongroom.localhost:${await closedPort()}`,
    nowhere: "https://nowhere.invalid",
  };
  const resources = Object.values(origins).map((origin) => ({ origin, redirects: true }));
  return {
    certificate: tls.cert,
    page: `${app}/`,
    settings: { origins, resources, isolated: `https://vault.strongroom.localhost:${own}` },
    close: () => {
      for (const session of sessions) session.destroy();
      for (const server of servers) {
        server.closeAllConnections?.();
        server.close();
      }
    },
  };
};
