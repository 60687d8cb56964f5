// One TLS server for all names. The vault's origin and every `/auth/` are workerd's: passed on as they are.
import { readFileSync } from "node:fs";
import { Agent, request as send } from "node:https";
import path from "node:path";
import { applicationPage, CONTENT_TYPES, kit, sendScript } from "./pages.mjs";
import { HOSTS } from "./names.mjs";
import { Secrets } from "../../demo/leaks/secrets.mjs";

const MOST_BYTES = 1 << 20;
const TOKENS = /"(?:access_token|id_token|refresh_token)"\s*:\s*"([^"]+)"/g;
const COOKIES = /^(?:__Host-Http-)?strongroom[^=]*=([^;]{40,})/;

/** `providers`: a Node handler for each provider's name, with its login pages. */
export function front(stack, providers) {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const world = {
    /** What the attacker's servers have received since `reset`. */
    stolen: [],
    /** Requests to all names since `reset`: `{ host, method, path, headers }`. */
    seen: [],
    /** Every secret since `reset`, which a new jar should call. */
    secrets: new Secrets(),
    reset: () => {
      world.stolen.length = world.seen.length = 0;
      world.secrets = new Secrets();
    },
  };
  const names = Object.fromEntries(Object.entries(HOSTS).map(([name, host]) => [host, name]));

  const learn = (text, cookies = []) => {
    for (const [, token] of text.matchAll(TOKENS)) world.secrets.add("token", token);
    for (const cookie of cookies) {
      const value = COOKIES.exec(cookie)?.[1];
      if (value) world.secrets.add("session handle", value);
    }
  };

  /** To workerd, with the name that the browser used. */
  const pass = (port, request, response, body) =>
    new Promise((resolve) => {
      const headers = { ...request.headers };
      delete headers.connection;
      const options = { host: "127.0.0.1", port, agent, method: request.method, path: request.url, headers };
      const outgoing = send({ ...options, servername: HOSTS.vault }, async (incoming) => {
        const bytes = await readAll(incoming);
        const { "transfer-encoding": _, connection: __, ...rest } = incoming.headers;
        if (/json/.test(rest["content-type"] ?? "")) learn(String(bytes), []);
        learn("", rest["set-cookie"]);
        response.writeHead(incoming.statusCode, rest).end(bytes);
        resolve();
      });
      outgoing.on("error", () => {
        response.destroy();
        resolve();
      });
      outgoing.end(body);
    });

  /** A provider in this process; what it answers is read on its way out. */
  const provide = ({ answer, pages }, request, response) => {
    if (request.url.startsWith("/interaction/")) return pages(request, response);
    const end = response.end.bind(response);
    response.end = (chunk, ...rest) => {
      if (chunk) learn(String(chunk));
      return end(chunk, ...rest);
    };
    return answer(request, response);
  };

  const handle = async (request, response) => {
    const host = request.headers.host?.split(":")[0];
    const name = names[host] ?? "lookalike";
    // Put together, since a path may begin with two slashes.
    const url = new URL(`https://${request.headers.host}${request.url}`);
    world.seen.push({
      host,
      name,
      method: request.method,
      path: url.pathname,
      search: url.search,
      headers: request.headers,
    });
    try {
      if (providers[name]) return await provide(providers[name], request, response);
      const body = await readAll(request);
      if (url.pathname === "/kit.js") return sendScript(response, kit(stack.dir));
      if (name === "vault") return await pass(stack.ports.site, request, response, body);
      if (name === "api") return await api(request, response, url, body);
      if (url.pathname.startsWith("/auth/") && name === "inpage")
        return await pass(stack.ports.site, request, response, body);
      if (["inpage", "app", "peer"].includes(name)) return page(name, response, url, stack, world);
      attacker(world, request, response, url, body);
    } catch (error) {
      console.error(`front: ${host}: ${error.stack}`);
      response.destroy();
    }
  };

  /** The API's own routes are workerd's; here are those of a careless one. */
  const api = async (request, response, url, body) => {
    if (/^\/(v1|v2)\/(me|echo)$/.test(url.pathname)) return pass(stack.ports.api, request, response, body);
    const origin = request.headers.origin;
    // A careless API: any origin, with credentials, and every header named back.
    if (origin) response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-credentials", "true");
    response.setHeader("access-control-expose-headers", "location, x-echo, www-authenticate");
    response.setHeader("cache-control", "no-store");
    if (request.method === "OPTIONS") {
      const wanted = request.headers["access-control-request-headers"];
      if (wanted) response.setHeader("access-control-allow-headers", wanted);
      response.setHeader("access-control-allow-methods", "GET, POST, PUT, DELETE");
      return response.writeHead(204).end();
    }
    switch (url.pathname.replace(/^\/(v1|open)/, "")) {
      case "/redirect":
        return response.writeHead(302, { location: url.searchParams.get("to") }).end();
      case "/refused":
        return response.writeHead(403, { "www-authenticate": 'Bearer error="insufficient_scope"' }).end("no");
      case "/reflect":
        response.setHeader("x-echo", request.headers.authorization ?? "");
        return response.end(JSON.stringify(request.headers));
      case "/peer":
        return response.end(JSON.stringify({ authorized: /^Bearer ey/.test(request.headers.authorization) }));
      default:
        return response.writeHead(404).end();
    }
  };

  return Object.assign(world, { handle });
}

function page(name, response, url, stack, world) {
  const file = /^\/(pkg|page|peers)\/(.+)$/.exec(url.pathname);
  if (!file) return applicationPage(name, response, url, stack, world);
  const folders = { pkg: "dist/vault/pkg", page: "page", peers: "peers" };
  const base = path.join(stack.dir, folders[file[1]]);
  const type = CONTENT_TYPES[path.extname(file[2])] ?? "text/plain";
  try {
    const bytes = readFileSync(path.join(base, path.normalize(`/${file[2]}`)));
    const policy = { "service-worker-allowed": "/", "cache-control": "no-store" };
    // A worker obeys the policy of its own file.
    const csp = world.policy ? { "content-security-policy": world.policy } : {};
    response.writeHead(200, { "content-type": type, ...policy, ...csp }).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

/** Takes anything, answers to anyone. */
function attacker(world, request, response, url, body) {
  const text = body.toString("latin1").slice(0, MOST_BYTES);
  world.stolen.push(`${request.method} ${url.href}\n${JSON.stringify(request.headers)}\n${text}`);
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader(
    "access-control-allow-headers",
    request.headers["access-control-request-headers"] ?? "*",
  );
  response.setHeader("access-control-allow-methods", "GET, POST, PUT, DELETE");
  for (const cookie of url.searchParams.getAll("cookie")) response.appendHeader("set-cookie", cookie);
  const to = url.searchParams.get("to");
  if (to) return response.writeHead(302, { location: to }).end();
  const kind = url.pathname.endsWith(".js") ? "text/javascript" : "text/html";
  response
    .writeHead(200, { "content-type": kind })
    .end(
      kind === "text/html"
        ? `<!doctype html><meta charset="utf-8"><title>attacker</title><script>globalThis.redteam = ${script(world.context)}</script><script src="/kit.js"></script><script>${world.elsewhere ?? ""}</script>`
        : "/* nothing */",
    );
}

const script = (value) => JSON.stringify(value ?? {}).replaceAll("<", "\\u003c");

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
