// An application that signs its users in itself, its browsers, and its API's verifier, all in this process.
import { randomBytes } from "node:crypto";
import { createVerifier } from "strongroom/edge";
import { createEndpoints, issuer, ringStorage } from "strongroom/endpoints";
import { createKeyRing } from "strongroom/keys";
import { memoryStore } from "strongroom/stores/memory";

export const ORIGIN = "https://app.example.com";
export const ISSUER = `${ORIGIN}/auth`;
export const API = "https://api.example.com";
export const RESOURCES = [
  { audience: API, scope: "read write" },
  { audience: "https://files.example.com", scope: "read list" },
];
export const PASSWORD = "correct horse battery staple";
export const COOKIE = "__Host-Http-strongroom";

export const secret = () => randomBytes(32).toString("base64url");
const page = (text = "Sign in") =>
  new Response(`<h1>${text}</h1>`, { headers: { "content-type": "text/html" } });

/**
 * The application. `options` go over those of `issuer`, `endpoints` over those of `createEndpoints`, `ring` over those of the
 * ring. `events` holds what the hooks were told. Users are whoever knows the password, by their name.
 */
export function world({
  options = {},
  endpoints = {},
  ring = {},
  store = memoryStore({ quiet: true }),
} = {}) {
  const events = { authenticate: [], issue: [] };
  const { onIssue, authenticate = byPassword, ...rest } = options;
  const keyRing = createKeyRing({ storage: ringStorage(store), secrets: [secret()], ...ring });
  const auth = createEndpoints({
    origins: [ORIGIN],
    provider: issuer({
      issuer: ISSUER,
      clientId: "app",
      keyRing,
      resources: RESOURCES,
      authenticate: (event) => {
        events.authenticate.push(event);
        return authenticate(event);
      },
      onIssue: (event) => {
        events.issue.push(event);
        return onIssue?.(event);
      },
      ...rest,
    }),
    store,
    secrets: [secret()],
    ...endpoints,
  });
  return { auth, keyRing, store, events };
}

async function byPassword({ request }) {
  if (request.method === "GET") return page();
  const form = await request.formData();
  if (form.get("password") !== PASSWORD) return page("Wrong");
  return { subject: form.get("name"), amr: ["pwd"], claims: { name: "Ada", email: "ada@example.com" } };
}

/** The API's verifier; its keys come from the endpoints. */
export function verifierOf(auth, options = {}) {
  return createVerifier({
    issuer: ISSUER,
    audience: API,
    algorithms: ["ES256"],
    profile: "rfc9068",
    keys: { discover: true },
    fetch: (request) => auth.fetch(request),
    ...options,
  });
}

const NAVIGATION = {
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
};

/** One cookie jar, and the requests that a browser sends from it. */
export class Browser {
  cookies = new Map();

  constructor(auth, origin = ORIGIN) {
    this.auth = auth;
    this.origin = origin;
  }

  /** Gives `{ status, location, text, json, setCookies, headers }`. */
  async request(path, { method = "GET", headers = {}, body } = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = { ...(cookie ? { cookie } : {}), ...headers };
    const response = await this.auth.fetch(
      new Request(new URL(path, this.origin), { method, headers: all, body }),
    );
    const setCookies = response.headers.getSetCookie();
    for (const text of setCookies) {
      const [pair] = text.split(";");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      if (/max-age=0/i.test(text)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const location = response.headers.get("location") ?? undefined;
    return {
      status: response.status,
      location,
      text,
      json: isJson ? JSON.parse(text) : undefined,
      setCookies,
      headers: response.headers,
    };
  }

  /** Starts a login; gives the login page's address. */
  async start(query = {}) {
    const { location, json, status } = await this.request(`/auth/login?${new URLSearchParams(query)}`, {
      headers: NAVIGATION,
    });
    if (!location) throw new Error(`login: ${status} ${json?.code}`);
    return location;
  }

  see(address, headers = {}) {
    return this.request(address, { headers: { ...NAVIGATION, ...headers } });
  }

  post(address, fields, headers = {}) {
    return this.request(address, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { ...NAVIGATION, origin: this.origin, ...headers },
    });
  }

  /** The whole login. Gives its last answer. */
  async signIn(name = "user-1", query = {}) {
    return this.post(await this.start(query), { name, password: PASSWORD });
  }

  /** A call of the vault's worker. */
  call(route, body = {}, headers = {}) {
    const attempt = randomBytes(16).toString("base64url");
    const own = { origin: this.origin, "sec-fetch-site": "same-origin", "content-type": "application/json" };
    return this.request(`/auth/${route}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { ...own, "strongroom-attempt": attempt, ...headers },
    });
  }

  refresh(body) {
    return this.call("refresh", body);
  }
}
