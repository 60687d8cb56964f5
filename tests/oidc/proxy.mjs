// A proxy in front of the real provider, under the provider's own name and certificate, that changes what a test wants changed. Its
// own signing key stands in the key set that it passes on, so that claims can be wrong under a good signature.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as send } from "node:https";
import path from "node:path";
import { Readable } from "node:stream";
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from "jose";
import { freePorts, startProvider } from "../endpoints/stack.mjs";

const loopback = (_hostname, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

/** The provider behind its proxy. `rules`: what is changed, each `{ path, change }`. */
export class Proxy {
  rules = [];

  static async start(stack) {
    const proxy = new Proxy();
    proxy.issuer = stack.origins.id;
    [proxy.hidden] = await freePorts(1);
    const dir = path.join(stack.dir, "provider");
    mkdirSync(dir);
    const behind = { ...stack, dir, ports: { ...stack.ports, id: proxy.hidden } };
    writeFileSync(path.join(dir, "stack.json"), JSON.stringify(behind));
    proxy.child = await startProvider(behind);
    proxy.ca = readFileSync(stack.tls.ca);
    proxy.own = { ...(await generateKeyPair("ES256", { extractable: true })), kid: "proxy" };
    proxy.foreign = { ...(await generateKeyPair("ES256", { extractable: true })), kid: "proxy" };
    const publicKey = await exportJWK(proxy.own.publicKey);
    proxy.jwk = { ...publicKey, kid: "proxy", alg: "ES256", use: "sig" };
    const tls = { cert: readFileSync(stack.tls.cert), key: readFileSync(stack.tls.key) };
    proxy.server = createServer(tls, (request, response) => void proxy.#answer(request, response));
    await new Promise((resolve) => proxy.server.listen(stack.ports.id, "127.0.0.1", resolve));
    return proxy;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
    this.child.kill("SIGKILL");
  }

  /** A token with these claims and parameters over those of `token`, signed by the proxy's key or another. */
  async sign(token, claims = {}, { header = {}, key = this.own } = {}) {
    const all = { ...(token ? decodeJwt(token) : {}), ...claims };
    for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
    const parameters = {
      alg: "ES256",
      kid: key.kid,
      ...(token ? { typ: decodeProtectedHeader(token).typ } : {}),
      ...header,
    };
    const jwt = new SignJWT(all).setProtectedHeader(parameters);
    return jwt.sign(key.secret ?? key.privateKey, {
      crit: Object.fromEntries((header.crit ?? []).map((name) => [name, true])),
    });
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { pathname } = new URL(request.url, this.issuer);
    try {
      let answer = await this.#forward(request, body);
      if (pathname === "/jwks") answer = json(answer, ({ keys }) => ({ keys: [...keys, this.jwk] }));
      for (const rule of this.rules) {
        if (rule.path === pathname && (rule.when?.(body.toString()) ?? true))
          answer = await rule.change(answer, this);
      }
      if (answer.hang) return;
      const { "content-length": _, "transfer-encoding": __, ...headers } = answer.headers;
      response.writeHead(answer.status, headers);
      if (answer.endless) return void Readable.from(endless()).pipe(response);
      response.end(answer.body);
    } catch {
      response.destroy();
    }
  }

  #forward({ method, url, headers }, body) {
    return new Promise((resolve, reject) => {
      const options = { method, headers, ca: this.ca, lookup: loopback, port: this.hidden };
      const { hostname } = new URL(this.issuer);
      const outgoing = send(`https://${hostname}:${this.hidden}${url}`, options, async (answer) => {
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}

/** An answer whose JSON is changed. */
export function json(answer, change) {
  return { ...answer, body: Buffer.from(JSON.stringify(change(JSON.parse(answer.body)))) };
}

function* endless() {
  const megabyte = "x".repeat(2 ** 20);
  for (let count = 0; count < 64; count++) yield megabyte;
}

/** `fetch` to the stack's names whose bodies come as they arrive, as a runtime's own. */
export function streamingFetch(stack) {
  const ca = readFileSync(stack.tls.ca);
  return (url, { method = "GET", headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const options = {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        ca,
        lookup: loopback,
        signal,
        agent: false,
      };
      const outgoing = send(url, options, (answer) => {
        const own = new Headers();
        for (const [name, value] of Object.entries(answer.headers)) own.set(name, String(value));
        answer.on("error", () => undefined);
        resolve(new Response(Readable.toWeb(answer), { status: answer.statusCode, headers: own }));
      });
      outgoing.on("error", reject);
      outgoing.end(body?.toString());
    });
}
