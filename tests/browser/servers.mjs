// A site with the built package and scripted session endpoints, and an API on another origin. Everything the tests want
// to see is recorded; how the endpoints answer is up to each test.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../pkg/dist/", import.meta.url));
const types = { ".js": "text/javascript", ".html": "text/html" };

const listen = async (handler) => {
  const server = createServer((request, response) => {
    Promise.resolve(handler(request, response)).catch((error) => {
      response.destroy();
      throw error;
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: server.address().port };
};

const readAll = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const json = (response, status, value, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(value));
};

/** The session endpoints. `auth.answer(route, request)` may be replaced; tokens carry a canary. */
const makeAuth = () => {
  const auth = {
    signedIn: true,
    expiresIn: 600,
    tokens: [],
    calls: [],
    session: {
      id: "public-1",
      subject: "ada",
      claims: { role: "reader" },
      auth_time: 1,
      expires_at: 4e9,
      idle_expires_at: 3e9,
    },
    count: (route) => auth.calls.filter((call) => call.route === route).length,
    answer: (route) => {
      if (route === "logout") {
        auth.signedIn = false;
        return [200, { logout_url: "https://id.example.com/end" }];
      }
      if (!auth.signedIn) return [401, { code: "session_ended", reason: "missing" }];
      if (route === "session") return [200, { session: auth.session }];
      const token = `canary-${randomBytes(18).toString("base64url")}`;
      auth.tokens.push(token);
      return [
        200,
        { access_token: token, token_type: "Bearer", expires_in: auth.expiresIn, session: auth.session },
      ];
    },
  };
  auth.handle = async (route, request, response) => {
    const body = JSON.parse((await readAll(request)).toString());
    auth.calls.push({
      route,
      body,
      attempt: request.headers["strongroom-attempt"],
      headers: request.headers,
    });
    const answer = await auth.answer(route, request, body);
    if (!answer) return response.destroy();
    json(response, ...answer);
  };
  return auth;
};

const cors = (request) => ({
  "access-control-allow-origin": request.headers.origin ?? "*",
  "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "",
  "access-control-allow-methods": request.headers["access-control-request-method"] ?? "",
  "access-control-expose-headers": "*, www-authenticate, x-seen",
  "access-control-allow-credentials": "true",
});

/** Starts both. Hosts: `app.localhost` (page), `vault.localhost` (isolated vault), `api.localhost` on the other port. */
export const startServers = async (page = "", vaultPage = () => "") => {
  const auth = makeAuth();
  const api = { routes: {}, seen: [] };
  /** Files of a test's own by path, and the policy of every answer. */
  const files = {};
  const site = await listen(async (request, response) => {
    const url = new URL(request.url, "http://x");
    if (files.csp) response.setHeader("content-security-policy", files.csp);
    if (files[url.pathname]) {
      const { body, ...headers } = files[url.pathname];
      return response.writeHead(200, headers).end(body);
    }
    const route = /^\/auth\/(\w+)$/.exec(url.pathname)?.[1];
    if (route && request.method === "POST") return auth.handle(route, request, response);
    if (url.pathname.startsWith("/dist/")) {
      const file = path.join(dist, path.normalize(url.pathname.slice(5)));
      response.writeHead(200, { "content-type": types[path.extname(file)] ?? "text/plain" });
      return response.end(await readFile(file));
    }
    if (route === "login") return response.writeHead(200).end("log-in");
    if (url.pathname !== "/") return response.writeHead(404).end();
    const own = request.headers.host.startsWith("vault.") ? vaultPage() : page;
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<!doctype html><meta charset="utf-8"><title>test</title><script type="module">${own}</script>`,
    );
  });
  const other = await listen(async (request, response) => {
    const url = new URL(request.url, "http://x");
    if (request.headers["access-control-request-method"]) return response.writeHead(204, cors(request)).end();
    const body = await readAll(request).catch(() => undefined);
    api.seen.push({ method: request.method, path: url.pathname, headers: request.headers, body });
    const handler = api.routes[url.pathname];
    for (const [name, value] of Object.entries(cors(request))) response.setHeader(name, value);
    if (handler) return handler(request, response, body, url);
    json(response, 200, {
      path: url.pathname,
      authorized: request.headers.authorization?.startsWith("Bearer canary-") === true,
    });
  });
  const close = () => {
    for (const { server } of [site, other]) {
      server.closeAllConnections();
      server.close();
    }
  };
  return {
    auth,
    api,
    site: files,
    app: `http://app.localhost:${site.port}`,
    strangerApp: `http://stranger.localhost:${site.port}`,
    vault: `http://vault.localhost:${site.port}`,
    apiOrigin: `http://api.localhost:${other.port}`,
    strangerOrigin: `http://stranger.localhost:${other.port}`,
    close,
  };
};
