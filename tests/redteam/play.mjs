// One attack on one application in one engine: sign in as a person does, let the attacker's script run, use the application,
// and search everything that the page or the attacker's server can see.
import { randomUUID } from "node:crypto";
import { readPlaces } from "../demo/leaks/places.mjs";
import { Browser } from "../endpoints/browser.mjs";
import { stringsIn } from "../demo/leaks/strings.mjs";
import { heapOf, need, sleep, until, within } from "./look.mjs";
import { policyOf } from "./stack/pages.mjs";
import { SUBJECTS } from "./subjects.mjs";

/** Where an attack puts what it has got hold of. */
const TAKEN = [
  "the attacker's servers",
  "what the attack brought back",
  "what it brought back after a reload",
];
const OBJECTS = 300_000;
const PATIENCE = 40_000;
/** For a driver that does not come back from a page which the attack has hung or crashed. */
const HUNG = 60_000;

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
   * Does the attack (`attack.mjs`) and tells how it ended: `outcome`, for which a token anywhere in sight is a win; `taken`, whether the attack
   * itself got hold of one; `places` where one was found; what requests of the application's gave; what the attack said; and
   * `missed`: why it proves nothing, if it did not get where it wanted to.
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
    // The application's module script comes further down in the page: it has not run where it is not there yet.
    world.early = attack.before
      ? `redteam.early = !document.querySelector("script[type=module]");
        (${attack.before})(redteam);
        redteam.planted = true;`
      : "";
    world.elsewhere = attack.elsewhere ? `(${attack.elsewhere})(globalThis.redteam);` : "";
    world.upload = attack.upload ? `(${attack.upload})(${JSON.stringify(this.context)});` : "";
    const at = attack.at ?? host;
    const home = `${origins[host]}${path}`;
    const evidence = {};
    const prepared = await attack.prepare?.({ stack: this.#stack, context: this.context, Browser });
    const missed = [];
    const page = await this.#within(this.#jar.open(at === host ? home : `${this.#originOf(at)}/`));
    const logged = this.#logOf(page);
    const unsearched = [];
    /** Searches the document that `mark` names. */
    const collect = async (mark, heap) => {
      const reason = await this.#collect(page, mark, evidence, heap);
      if (reason) unsearched.push(reason);
    };
    try {
      const used = [];
      let mark = await this.#mark(page);
      if (at === host) used.push(await this.#use(page));
      if (attack.before && !(await this.#planted(page)))
        missed.push("the early script did not run to its end, first");
      const brought = await this.#run(page, attack.after, prepared);
      evidence["what the attack brought back"] = JSON.stringify(brought ?? null);
      if (attack.reload) await collect(mark);
      const driven = await attack.drive?.({ page, prepared });
      evidence["what its driver brought back"] = typeof driven === "string" ? driven : "";
      let reloaded;
      if (attack.reload) {
        await page.goto(home);
        mark = await this.#mark(page);
        used.push(await this.#use(page));
        reloaded = await this.#run(page, attack.reload, prepared);
        evidence["what it brought back after a reload"] = JSON.stringify(reloaded ?? null);
      }
      const tried = attack.reload ? reloaded : brought;
      if (at === host) used.push(await this.#use(page));
      // What was sent last may still be on its way.
      await this.#within(until(page, () => !(globalThis.redteam?.onWay > 0), 3_000)).catch(() => false);
      await sleep(150);
      await collect(mark, this.#heaps || attack.heap);
      evidence["consoles of page, frames and workers"] = logged.join("\n");
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
      for (const [what, { threw, late } = {}] of Object.entries({
        after: brought ?? {},
        reload: reloaded ?? {},
      })) {
        if (threw || late) missed.push(`\`${what}\` ${threw ?? "did not come to its end"}`);
      }
      if (world.secrets.all("token").length === 0)
        missed.push("no token is known, so that none can be found");
      const { "the page's heap": heap } = evidence;
      if (heap !== undefined && !heap.includes("redteam"))
        missed.push(`no heap snapshot: ${heap.slice(0, 200)}`);
      const facts = {
        brought,
        reloaded,
        driven,
        seen: world.seen,
        stolen: world.stolen,
        prepared,
        context: this.context,
      };
      const lost = unsearched.length > 0;
      if (lost && !attack.gone?.(facts)) missed.push(`the page cannot be searched: ${unsearched.join("; ")}`);
      if (!lost && attack.gone) missed.push("it says that its page is gone, and it is not");
      if (!won && missed.length === 0 && attack.reached && !attack.reached(facts))
        missed.push("it did not get to its point");
      // Else it has lost to nobody.
      if (at !== host && !attack.reload) {
        await page.goto(home);
        used.push(await this.#use(page));
      }
      // Once: on a busy machine the first look may come too early.
      if (!won && !attack.breaks && this.#subject.ours && !used.some(([status]) => status === 200))
        missed.push(`the application did not work: ${used.join("; ")}`);
      const taken = TAKEN.some((place) => world.secrets.in(evidence[place] ?? "").length > 0);
      return { outcome: won ? "wins" : "loses", taken, places, used, missed, detail: tried };
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
      ${within}
      return within((async () => (${work})(context, globalThis.redteam))(), ${this.#patience}, { late: true });
    }`;
    try {
      return await this.#within(page.evaluate(limited, { ...this.context, prepared }));
    } catch (error) {
      return { threw: `${error.name}: ${error.message}`.slice(0, 500) };
    }
  }

  /** What any console says, where the driver tells: not for a page to read, but for whoever reads a log. */
  #logOf(page) {
    const lines = [];
    if (this.#browser.name === "chromium") page.native.on("console", (message) => lines.push(message.text()));
    return lines;
  }

  #planted(page) {
    const look = () => globalThis.redteam.early === true && globalThis.redteam.planted === true;
    return this.#within(page.evaluate(look)).catch(() => false);
  }

  /** The application at work. Attacks may have broken it: that is no reason to stop. */
  async #use(page) {
    const paths = this.#subject.ours
      ? ["/v1/me", "/v2/me", "/v1/echo", "/v1/refused", "/v1/redirect?to=/v1/me", "/elsewhere"]
      : ["/v1/peer", "/v1/refused"];
    if (this.#hung) return ["the page hangs"];
    await this.#within(until(page, () => globalThis.app?.done === true, 20_000)).catch(() => false);
    const ask = `async (paths) => {
      ${within}
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
      return within(Promise.all(paths.map(call)), 30_000, ["late"]);
    }`;
    const asked = page.evaluate(ask, paths).catch((error) => [`threw ${error.message}`.slice(0, 200)]);
    return this.#within(asked).catch((error) => [error.message]);
  }

  /** What a page answers, unless it never does: then this browser is not used again. */
  async #within(answer) {
    const hangs = Symbol();
    const given = await within(answer, Math.max(HUNG, this.#patience * 2), hangs);
    if (given !== hangs) return given;
    this.#hung = true;
    throw new Error("the page hangs");
  }

  /** Gives the document a name that no other has, so that it is known again. */
  async #mark(page) {
    const mark = randomUUID();
    const name = (mark) => void (globalThis.redteam.document = mark);
    return this.#within(page.evaluate(name, mark)).then(
      () => mark,
      () => undefined,
    );
  }

  /**
   * Adds what can be read in the page, if it is still the document of that name. Gives why not all of it was, if so: it hangs, has
   * crashed, was closed, is another one by now, or is too large.
   */
  async #collect(page, mark, evidence, heap) {
    const search = `async (limit) => {
      ${readPlaces}
      ${stringsIn}
      const places = await readPlaces();
      const globals = stringsIn(globalThis, limit);
      return { mark: globalThis.redteam?.document, places: { ...places, globals: globals.text }, complete: globals.complete };
    }`;
    const add = (place, text) => void (evidence[place] = `${evidence[place] ?? ""}\n${text}`);
    try {
      if (this.#hung) throw new Error("it hangs");
      const found = await this.#within(page.evaluate(search, OBJECTS));
      for (const [place, text] of Object.entries(found.places)) add(place, text);
      if (mark === undefined || found.mark !== mark) return "another document is in its place";
      if (!found.complete) return "its globals are more than are searched";
    } catch (error) {
      return error.message;
    }
    if (heap && this.#browser.name === "chromium") {
      const text = await heapOf(page.native).catch((error) => `gone: ${error.message}`);
      add("the page's heap", text);
    }
    return undefined;
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
