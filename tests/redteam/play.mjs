// One attack on one application in one engine: sign in as a person does, let the attacker's script run, use the application,
// and search everything that the page or the attacker's server can see.
import { readPlaces } from "../demo/leaks/places.mjs";
import { Browser } from "../endpoints/browser.mjs";
import { stringsIn } from "../demo/leaks/strings.mjs";
import { heapOf, need, sleep, until } from "./look.mjs";
import { policyOf } from "./stack/pages.mjs";

/** Where an attack puts what it has got hold of. */
const TAKEN = [
  "the attacker's servers",
  "what the attack brought back",
  "what it brought back after a reload",
];
const OBJECTS = 300_000;
const PATIENCE = 8_000;
/** For a driver that does not come back from a page which the attack has hung or crashed. */
const HUNG = 25_000;

/**
 * @typedef {object} Attack
 * @property {string} row of `expected.mjs`
 * @property {(string | null)[]} expected how it ends in-page and isolated; `null`: there is nothing to attack
 * @property {Record<string, (string | null)[]>} [expectedIn] the same for one engine, where that differs
 * @property {boolean} [peers] it does not depend on how tokens are kept
 * @property {string} [goal] what it is after, if not the token: then a script's `{ won }` says whether it got it
 * @property {string} [at] the origin its page is on; else the application's
 * @property {boolean | "exact"} [csp] the page has the policy that docs/vault.md asks for; `exact`: without the attacker's server
 * @property {Function} [before] runs in the page before the SDK
 * @property {Function} [after] runs in the page when the application works
 * @property {Function} [reload] runs after a reload; its answer counts
 * @property {Function} [upload] the script at `/upload.js` of the application's origin
 * @property {Function} [prepare] runs in the test; what it gives is `prepared` for the scripts
 * @property {Function} [drive] runs in the test after `after`
 * @property {boolean} [fresh] needs a browser that nobody has used before
 * @property {boolean} [dirty] leaves one behind that nobody should use afterwards
 * @property {boolean} [heap] always with a heap snapshot, in Chromium
 */

/** What is attacked. `page`: where the application is; `host`: the name of its origin in the stack. */
export const SUBJECTS = {
  "in-page": { host: "inpage", page: "/", home: "inpage", ours: true },
  isolated: { host: "app", page: "/", home: "vault", ours: true },
  localstorage: { host: "peer", page: "/localstorage", home: "public" },
  auth0: { host: "peer", page: "/auth0", home: "public" },
  "auth0-worker": { host: "peer", page: "/auth0-worker", home: "public" },
  "oidc-client": { host: "peer", page: "/oidc-client", home: "public" },
};

export class Play {
  #stack;
  #browser;
  #subject;
  #name;
  #jar;
  #heaps;
  #patience;
  #hung = false;

  /**
   * `browser`: one of `tests/engines`; `name`: one of `SUBJECTS`; `heaps`: take a heap snapshot with every
   * attack; `patience`: how long its scripts may take, in milliseconds.
   */
  constructor(stack, browser, name, { heaps = false, patience = PATIENCE } = {}) {
    this.#heaps = heaps;
    this.#patience = patience;
    this.#stack = stack;
    this.#browser = browser;
    this.#name = name;
    this.#subject = SUBJECTS[name];
  }

  /** What the attacker knows: every address and the configuration, which are no secrets. */
  get context() {
    const { origins, resources } = this.#stack;
    const own = origins[this.#subject.host];
    const home = origins[this.#subject.home];
    return {
      ...origins,
      subject: this.#name,
      isolated: this.#name === "isolated",
      ours: this.#subject.ours === true,
      own,
      home,
      page: this.#subject.page,
      refresh: this.#subject.ours ? `${home}/auth/refresh` : `${home}/oauth/token`,
      resources,
      channels: [`strongroom ${home}/auth`],
      asVault: {
        method: "POST",
        credentials: "include",
        headers: { "content-type": "application/json", "strongroom-attempt": "AAAAAAAAAAAAAAAAAAAAAA" },
        body: "{}",
      },
    };
  }

  /**
   * Does the attack and tells how it ended: `outcome`, for which a token anywhere in sight is a win; `taken`, whether the attack
   * itself got hold of one; `places` where one was found; what requests of the application's gave; what the attack said.
   */
  async attack(attack) {
    try {
      return await this.#attempt(attack);
    } catch {
      // A driver that has lost its browser, or a machine that is too slow: once more, with another jar.
      this.#hung = false;
      await this.close();
      return this.#attempt(attack);
    }
  }

  async #attempt(attack) {
    const { world, origins } = this.#stack;
    const { host, page: path } = this.#subject;
    await this.#signIn(attack);
    world.stolen.length = world.seen.length = 0;
    world.policy = attack.csp ? policyOf(host, origins, attack.csp) : undefined;
    world.early = attack.before ? `(${attack.before})(globalThis.redteam);` : "";
    world.upload = attack.upload ? `(${attack.upload})(${JSON.stringify(this.context)});` : "";
    const at = attack.at ?? host;
    const home = `${origins[host]}${path}`;
    const evidence = {};
    const prepared = await attack.prepare?.({ stack: this.#stack, context: this.context, Browser });
    const page = await this.#within(this.#jar.open(at === host ? home : `${this.#originOf(at)}/`));
    try {
      const used = [];
      if (at === host) used.push(await this.#use(page));
      let tried = await this.#run(page, attack.after, prepared);
      evidence["what the attack brought back"] = JSON.stringify(tried ?? null);
      await attack.drive?.({ page, prepared });
      if (attack.reload) {
        await page.goto(home);
        used.push(await this.#use(page));
        tried = await this.#run(page, attack.reload, prepared);
        evidence["what it brought back after a reload"] = JSON.stringify(tried ?? null);
      }
      if (at === host) used.push(await this.#use(page));
      // What was sent last may still be on its way.
      await sleep(150);
      await this.#collect(page, evidence, this.#heaps || attack.heap);
      evidence["the attacker's servers"] = world.stolen.join("\n");
      evidence["addresses requested"] = world.seen
        .map(({ host, path, search }) => host + path + search)
        .join("\n");
      // What the attack came with is the attacker's own, such as the handle of their session.
      const own = new Set(world.secrets.in(JSON.stringify(prepared ?? null)));
      const places = Object.entries(evidence)
        .map(([place, text]) => [place, world.secrets.in(text ?? "").filter((name) => !own.has(name))])
        .filter(([, found]) => found.length > 0)
        .map(([place, found]) => `${place}: ${found.join(", ")}`);
      const won = attack.goal ? tried?.won === true : places.length > 0;
      const taken = TAKEN.some((place) => world.secrets.in(evidence[place] ?? "").length > 0);
      return { outcome: won ? "wins" : "loses", taken, places, used, detail: tried };
    } finally {
      // WebKit's driver may not come back from closing a window beside one that the attack has opened.
      if (!this.#hung && !attack.dirty) await this.#within(page.close()).catch(() => {});
      const broken = this.#hung;
      this.#hung = false;
      if (attack.dirty || broken) await this.close();
    }
  }

  /** The attacker's own, by a short name. */
  #originOf(name) {
    const { origins } = this.#stack;
    return name === "lookalike"
      ? origins.evil.replace(/evil/, `${new URL(origins.app).hostname}.evil`)
      : origins[name];
  }

  async close() {
    const jar = this.#jar;
    this.#jar = undefined;
    await jar?.close();
  }

  /** A script of the attack's in a page; what it throws is part of what it found out. */
  async #run(page, work, prepared) {
    if (!work) return undefined;
    const limited = `async (context) => {
      const enough = new Promise((resolve) => setTimeout(() => resolve({ late: true }), ${this.#patience}));
      return Promise.race([(async () => (${work})(context))(), enough]);
    }`;
    try {
      return await this.#within(page.evaluate(limited, { ...this.context, prepared }));
    } catch (error) {
      return { threw: `${error.name}: ${error.message}`.slice(0, 500) };
    }
  }

  /** The application at work. Attacks may have broken it: that is no reason to stop. */
  async #use(page) {
    const paths = this.#subject.ours
      ? ["/v1/me", "/v2/me", "/v1/echo", "/v1/refused", "/v1/redirect?to=/v1/me", "/elsewhere"]
      : ["/v1/peer", "/v1/refused"];
    if (this.#hung) return ["the page hangs"];
    await this.#within(until(page, () => globalThis.app?.done === true, 6_000)).catch(() => false);
    const asked = page
      .evaluate(async (paths) => {
        const call = async (path) => {
          const init = path.endsWith("/echo") ? { method: "POST", body: "hello" } : undefined;
          try {
            const response = await app.call(path, init);
            await response.text();
            return response.status;
          } catch (error) {
            return String(error?.code ?? error?.name ?? error);
          }
        };
        const enough = new Promise((resolve) => setTimeout(() => resolve(["late"]), 4000));
        return Promise.race([Promise.all(paths.map(call)), enough]);
      }, paths)
      .catch((error) => [`threw ${error.message}`.slice(0, 200)]);
    return this.#within(asked).catch((error) => [error.message]);
  }

  /** What a page answers, unless it never does: then this browser is not used again. */
  async #within(answer) {
    let timer;
    const late = new Promise((_, reject) => {
      const give = () => {
        this.#hung = true;
        reject(new Error("the page hangs"));
      };
      timer = setTimeout(give, Math.max(HUNG, this.#patience * 2));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #collect(page, evidence, heap) {
    const search = `async (limit) => {
      ${readPlaces}
      ${stringsIn}
      const places = await readPlaces();
      const globals = stringsIn(globalThis, limit);
      return { ...places, globals: globals.text, complete: globals.complete };
    }`;
    try {
      if (this.#hung) throw new Error("the page hangs");
      const { complete, ...found } = await this.#within(page.evaluate(search, OBJECTS));
      if (!complete) throw new Error("the globals are too many to search");
      Object.assign(evidence, found);
    } catch (error) {
      // The page may be gone; then nothing of it can be read.
      evidence["the page itself"] = `gone: ${error.message}`;
    }
    if (this.#browser.name === "chromium")
      evidence["the page's heap"] = await heapOf(page.native).catch(() => "");
  }

  /** A jar with the person signed in: by the application's own login, at the provider's own page. */
  async #signIn(attack) {
    if (this.#jar && !attack.fresh) return;
    await this.close();
    const { world, origins } = this.#stack;
    const { host, page: path } = this.#subject;
    world.reset();
    world.context = this.context;
    world.policy = world.early = undefined;
    this.#jar = await this.#browser.jar();
    const page = await this.#jar.open(`${origins[host]}${path}`);
    await need(page, () => globalThis.app?.done === true && !app.error, "the application opens");
    await page.evaluate(() => void setTimeout(() => app.login()));
    await need(page, () => document.forms[0]?.elements.login !== undefined, "the provider asks");
    await page.evaluate(() => {
      document.forms[0].elements.login.value = "ada";
      document.forms[0].elements.password.value = "any";
      setTimeout(() => document.forms[0].submit());
    });
    await need(
      page,
      () => globalThis.app?.done === true && (app.signedIn?.() ?? app.vault?.session.status === "signed-in"),
      "the person is signed in",
    );
    // WebKit's session ends with its last window; Firefox's driver does not always come back from a blank page.
    if (this.#browser.name === "webkit") await page.goto("about:blank");
    else await page.close();
  }
}
