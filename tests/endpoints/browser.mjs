// One cookie jar and the requests that a browser would send from it: names under `.localhost` lead to this machine, the
// throw-away authority is trusted, cookies are kept by host, redirects are followed when asked.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, request as send } from "node:https";

/** A browser of its own, as far as these tests need one. */
export class Browser {
  /** host → name → value */
  cookies = new Map();

  /** `local`: handlers in this process, by origin, in place of the network. */
  constructor(stack, local = {}) {
    this.local = local;
    this.agent = new Agent({ ca: readFileSync(stack.tls.ca), keepAlive: true });
  }

  /** One request; no redirect is followed. Gives `{ status, headers, text, json, setCookies }`. */
  async request(url, { method = "GET", headers = {}, body, cookies = true } = {}) {
    const { hostname, origin } = new URL(url);
    const jar = this.jar(hostname);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = { ...(cookies && cookie ? { cookie } : {}), ...headers };
    const handler = this.local[origin];
    const answer = handler
      ? await locally(handler, url, { method, headers: all, body })
      : await exchange(url, { method, headers: all, agent: this.agent, lookup: loopback }, body);
    if (cookies) for (const text of answer.setCookies) this.#store(jar, text);
    return answer;
  }

  /** The cookies of one host. */
  jar(hostname) {
    if (!this.cookies.has(hostname)) this.cookies.set(hostname, new Map());
    return this.cookies.get(hostname);
  }

  /** A navigation as a browser marks it, following redirects until `stop` says so or a page comes. */
  async navigate(url, { stop = () => false, method = "GET", body, headers = {} } = {}) {
    for (let hops = 0; hops < 12; hops++) {
      const answer = await this.request(url, { method, body, headers: { ...NAVIGATION, ...headers } });
      if (answer.status < 300 || answer.status >= 400) return { ...answer, url };
      url = new URL(answer.headers.location, url).href;
      [method, body] = ["GET", undefined];
      if (stop(url)) return { ...answer, url };
    }
    throw new Error("too many redirects");
  }

  /** Signs in at the provider's form. Gives the last answer; `stop` as in `navigate`. */
  async login(origin, { name = "alice", query = {}, stop = () => false } = {}) {
    const start = `${origin}/auth/login?${new URLSearchParams(query)}`;
    const home = (url) => new URL(url).pathname === "/" || stop(url);
    let page = await this.navigate(start, { stop: home });
    if (/name="login"/.test(page.text)) {
      const body = new URLSearchParams({ login: name, password: "any" }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      page = await this.navigate(page.url, { method: "POST", body, headers, stop: home });
    }
    return page;
  }

  /** A call of the endpoints as the vault's worker makes it. */
  async call(origin, route, { body = {}, headers = {}, attempt = newAttempt(), ...rest } = {}) {
    return this.request(`${origin}/auth/${route}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        origin,
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
        "strongroom-attempt": attempt,
        ...headers,
      },
      ...rest,
    });
  }

  /** The session cookie's value, if there is one. */
  handle(origin) {
    return this.jar(new URL(origin).hostname).get(SESSION_COOKIE);
  }

  #store(jar, text) {
    const [pair, ...attributes] = text.split("; ");
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (
      attributes.some(
        (attribute) => attribute.toLowerCase() === "max-age=0" || /^expires=.*1970/i.test(attribute),
      )
    ) {
      jar.delete(name);
    } else {
      jar.set(name, pair.slice(at + 1));
    }
  }
}

export const SESSION_COOKIE = "__Host-Http-strongroom";

/** An attempt id as the vault makes them. */
export function newAttempt() {
  return randomBytes(16).toString("base64url");
}

const NAVIGATION = {
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
};

function loopback(_hostname, options, done) {
  if (options.all) done(null, [{ address: "127.0.0.1", family: 4 }]);
  else done(null, "127.0.0.1", 4);
}

/** `fetch` that knows the names and the authority of the stack. */
export function fetchIn(stack) {
  const agent = new Agent({ ca: readFileSync(stack.tls.ca) });
  return async (url, { method = "GET", headers, body, signal } = {}) => {
    const plain = Object.fromEntries(new Headers(headers));
    const options = { method, headers: plain, agent, lookup: loopback, signal };
    const answer = await exchange(url, options, body?.toString());
    const type = { "content-type": answer.headers["content-type"] ?? "" };
    return new Response(answer.text || null, { status: answer.status, headers: type });
  };
}

async function locally(handler, url, init) {
  const response = await handler(new Request(url, { ...init, redirect: "manual" }));
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json: isJson ? JSON.parse(text) : undefined,
    setCookies: response.headers.getSetCookie(),
  };
}

function exchange(url, options, body) {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const isJson = /json/.test(response.headers["content-type"] ?? "");
        const setCookies = response.headers["set-cookie"] ?? [];
        const json = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode, headers: response.headers, text, json, setCookies });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
