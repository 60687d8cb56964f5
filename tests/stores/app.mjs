// An application of the endpoints over some store, and browsers that use it. Runs in Node, Bun, Deno and workerd.

const RESOURCE = { audience: "https://api.example.com", scope: "read" };
const SECRET = "c3Ryb25ncm9vbSB0ZXN0IHNlY3JldCBvZiAzMiBieXRlcw";

/** What `createEndpoints` takes. The provider lets in whoever the browser says it is. */
export function optionsOf(store, { origin, path = "/auth", onOutcome, timing }) {
  const token = { accessToken: "access-token", scope: RESOURCE.scope, expiresIn: 3600 };
  const provider = {
    ...{ application: "test", resources: [RESOURCE], timeout: 3000, patience: 5000 },
    authorize: async (redirectUri) => {
      const state = random();
      const expected = { state, nonce: random(), verifier: random(), redirectUri };
      return { url: `${redirectUri}?state=${state}`, expected };
    },
    redeem: async (callback) => {
      const subject = callback.searchParams.get("subject");
      return { identity: { subject, claims: {} }, granted: token };
    },
    renew: async () => ({ outcome: "granted", granted: token }),
    revoke: async () => undefined,
    logoutUrl: async () => undefined,
  };
  const options = { origins: [origin], provider, store, secrets: [SECRET], path };
  return { ...options, ...(onOutcome ? { onOutcome } : {}), ...(timing ? { timing } : {}) };
}

/** The same store on a clock that a test sets: a session is due without waiting, and a slow machine changes nothing. */
export function onClock(store, clock) {
  const set = (answer) => {
    if (typeof answer === "number") return clock.now;
    return answer && typeof answer === "object" && "now" in answer ? { ...answer, now: clock.now } : answer;
  };
  return new Proxy(store, {
    get:
      (target, name) =>
      async (...parameters) =>
        set(await target[name](...parameters)),
  });
}

/** One cookie jar. `send` takes a Request to the endpoints. */
export class Browser {
  #cookies = new Map();

  constructor(send, { origin, path = "/auth" }) {
    this.send = send;
    this.origin = origin;
    this.base = origin + path;
  }

  async signIn(subject) {
    const away = await this.#fetch(`${this.base}/login`);
    const back = await this.#fetch(`${away.headers.get("location")}&subject=${encodeURIComponent(subject)}`);
    if (back.status !== 302) throw new Error(`sign-in failed: ${back.status} ${await back.text()}`);
    return this;
  }

  /** The answer's status, outcome and problem code; takes its cookies like a browser. */
  async refresh({ attempt = random(), keep = true } = {}) {
    const headers = {
      "content-type": "application/json",
      "strongroom-attempt": attempt,
      origin: this.origin,
    };
    const response = await this.#fetch(`${this.base}/refresh`, { method: "POST", headers, body: "{}" }, keep);
    const { code, reason, access_token: token } = await response.json();
    const outcome = response.headers.get("strongroom-outcome");
    const cookies = response.headers.getSetCookie().length;
    return { status: response.status, outcome, cookies, code, reason, token: token !== undefined };
  }

  async #fetch(url, { headers = {}, ...rest } = {}, keep = true) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const init = { ...rest, headers: { ...headers, cookie }, redirect: "manual" };
    const response = await this.send(new Request(url, init));
    if (keep) for (const text of response.headers.getSetCookie()) this.#take(text);
    return response;
  }

  #take(text) {
    const [pair] = text.split(";");
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    if (value === "") this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

/** 22 characters of base64url. */
export function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** How often each race is run. */
export const ROUNDS = Number(globalThis.process?.env.STRONGROOM_ROUNDS ?? 20);

/**
 * In each of the rounds one handle is presented by 50 requests at once. Throws unless in each of them exactly one rotated,
 * one cookie was set, and everybody got a token. `advance` sets the clock of the stores forward.
 */
export async function refreshAtOnce(open, advance) {
  const browsers = await Promise.all(Array.from({ length: ROUNDS }, () => open().signIn(random())));
  await advance(61_000);
  for (const [round, browser] of browsers.entries()) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser.refresh()));
    const counts = { cookies: 0, tokens: 0 };
    for (const { status, outcome, cookies, token } of answers) {
      const name = outcome ?? `status ${status}`;
      counts[name] = (counts[name] ?? 0) + 1;
      counts.cookies += cookies;
      counts.tokens += token;
    }
    const right = counts.rotated === 1 && counts.cookies === 1 && counts.tokens === 50;
    if (!right) throw new Error(`round ${round + 1}: ${JSON.stringify(counts)}`);
  }
}

/** `refreshAtOnce` within one process: each store serves endpoints of its own, as isolates do. */
export async function refreshAtOnceOver(createEndpoints, stores) {
  const [where, clock] = [{ origin: "https://app.example.com" }, { now: Date.now() }];
  const isolates = stores.map((store) => createEndpoints(optionsOf(onClock(store, clock), where)));
  let turn = 0;
  const send = (request) => isolates[turn++ % isolates.length].fetch(request);
  await refreshAtOnce(
    () => new Browser(send, where),
    (milliseconds) => (clock.now += milliseconds),
  );
}
