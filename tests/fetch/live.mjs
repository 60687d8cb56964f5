// A site with session endpoints that a test can change its mind about, and an API with sockets and events, over TLS.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { certificate } from "../engines/certificate.mjs";

const NAMES = ["app", "vault", "api", "other"].map((name) => `${name}.strongroom.localhost`);
const dist = fileURLToPath(new URL("../../pkg/dist/", import.meta.url));
const types = { ".js": "text/javascript" };

/** Keeps every message that reaches the page, and its workers and ports. */
const WATCH = `
globalThis.seen = [];
globalThis.workers = [];
globalThis.ports = [];
const { MessageChannel: Channel, Worker: Own } = globalThis;
globalThis.MessageChannel = class extends Channel {
  constructor() {
    super();
    ports.push(this.port1);
    this.port1.addEventListener("message", ({ data }) => seen.push(data));
  }
};
globalThis.Worker = class extends Own {
  constructor(...given) {
    super(...given);
    workers.push(this);
    this.addEventListener("message", ({ data }) => seen.push(data));
  }
};
globalThis.outcome = (promise) => promise.then(
  () => "done",
  (error) => (error.code && typeof error.code === "string" ? error.code : error.name),
);
globalThis.until = async (done) => {
  for (let i = 0; i < 3000 && !(await done()); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  return done();
};`;

export const TEMPLATE = '{"type":"auth","token":"{token}"}';

const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
};

const read = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const makeAuth = () => {
  const auth = { signedIn: true, expiresIn: 600, tokens: [], attempts: [], cuts: 0 };
  const session = {
    id: "public",
    subject: "ada",
    claims: {},
    auth_time: 1,
    expires_at: 4e9,
    idle_expires_at: 4e9,
  };
  auth.handle = async (request, response, route) => {
    await read(request);
    const answer = (status, value) =>
      response.writeHead(status, { "cache-control": "no-store" }).end(JSON.stringify(value));
    if (route === "logout") auth.signedIn = false;
    if (route === "logout") return answer(200, {});
    if (!auth.signedIn) return answer(401, { code: "session_ended" });
    if (route === "session") return answer(200, { session });
    auth.attempts.push(request.headers["strongroom-attempt"]);
    auth.tokens.push(`canary-${auth.tokens.length}`);
    const value = {
      access_token: auth.tokens.at(-1),
      token_type: "Bearer",
      expires_in: auth.expiresIn,
      session,
    };
    if (auth.attempts.length > auth.cuts) return answer(200, value);
    const text = JSON.stringify(value);
    // A body that ends where its connection does looks whole to every browser, wherever it broke off.
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200).end(text.slice(0, text.length / 2));
  };
  return auth;
};

const cors = (request, response) => {
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("access-control-allow-headers", request.headers["access-control-request-headers"] ?? "");
  response.setHeader("access-control-allow-methods", request.headers["access-control-request-method"] ?? "");
};

/** Starts everything. `api.routes[path]` answers requests; sockets go to `api.sockets`, newest last. */
export const startLive = async () => {
  const tls = certificate(NAMES);
  const auth = makeAuth();
  const api = { routes: {}, seen: [], sockets: [], upgrades: [], issued: [], refuse: false, pause: 0 };
  let resources, app;
  const site = createServer(tls, async (request, response) => {
    const { pathname } = new URL(request.url, "https://x");
    const [, first, second] = pathname.split("/");
    if (first === "auth") return auth.handle(request, response, second);
    if (first === "dist") {
      const body = await readFile(join(dist, normalize(pathname.slice("/dist/".length)))).catch(
        () => undefined,
      );
      const type = types[extname(pathname)] ?? "text/plain";
      return response.writeHead(body ? 200 : 404, { "content-type": type }).end(body);
    }
    const vault = `import { hostVault } from "/dist/host.js";
      await hostVault(${JSON.stringify({ apps: [app], endpoints: "/auth", resources })});`;
    const script = request.headers.host.startsWith("vault.") ? vault : WATCH;
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<!doctype html><meta charset=utf-8><title>live</title><script type=module>${script}</script>`,
    );
  });
  const server = createServer(tls, async (request, response) => {
    const url = new URL(request.url, "https://x");
    cors(request, response);
    if (request.headers["access-control-request-method"]) return response.writeHead(204).end();
    api.seen.push({ method: request.method, path: url.pathname, headers: request.headers });
    const route = api.routes[url.pathname];
    if (route) return route(request, response, url);
    if (api.pause) await new Promise((resolve) => setTimeout(resolve, api.pause));
    const body = await read(request).catch(() => undefined);
    if (url.pathname === "/v1/live" && request.method === "POST") {
      if (api.refuse) return response.writeHead(403).end();
      const ticket = `ticket-${api.issued.length}`;
      api.issued.push(ticket);
      return response.end(JSON.stringify({ ticket }));
    }
    return response.end(
      JSON.stringify({ bytes: body?.length, authorization: request.headers.authorization }),
    );
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] });
  server.on("upgrade", async (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url, "https://x");
    api.upgrades.push({ url: request.url, headers: request.headers });
    socket.on("error", () => {});
    if (api.upgradePause) await new Promise((resolve) => setTimeout(resolve, api.upgradePause));
    // A ticket is good once.
    const ticket = searchParams.get("ticket");
    const at = api.issued.indexOf(ticket);
    if (pathname === "/v1/live" && at < 0) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    api.issued[at] = undefined;
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const entry = { socket: opened, heard: [], closed: undefined };
      api.sockets.push(entry);
      opened.on("error", () => {});
      if (api.hello) opened.send(api.hello);
      opened.on("message", (data, binary) => {
        entry.heard.push(binary ? data.length : String(data));
        if (api.echo) opened.send(data, { binary });
      });
      opened.on("close", (code, reason) => (entry.closed = [code, String(reason)]));
    });
  });
  const [own, far] = await Promise.all([site, server].map(listen));
  app = `https://app.strongroom.localhost:${own}`;
  const origin = `https://api.strongroom.localhost:${far}`;
  resources = [{ origin, paths: ["/v1/", "/said/"], socketMessage: TEMPLATE }];
  return {
    auth,
    api,
    app,
    origin,
    wss: origin.replace("https", "wss"),
    other: `wss://other.strongroom.localhost:${far}`,
    resources,
    isolated: `https://vault.strongroom.localhost:${own}`,
    certificate: tls.cert,
    /** Waits until the server has seen what a test waits for. */
    until: async (done) => {
      for (let i = 0; i < 1500 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
      return done();
    },
    close: () => {
      for (const { socket } of api.sockets) socket.terminate();
      for (const one of [site, server]) {
        one.closeAllConnections();
        one.close();
      }
    },
  };
};
