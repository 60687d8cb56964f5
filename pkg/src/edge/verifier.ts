/** A verifier: asks the cache, then the wasm core, has signatures checked, and performs the fetches that the core asks for. */
import { TokenCache, deepFreeze } from "./cache.ts";
import type { Facts, HeldKeys } from "./cache.ts";
import type { Core, CoreVerifier, Step } from "./core.ts";
import { checkOptions, coreConfig } from "./config.ts";
import { Engines } from "./engine.ts";
import type { Judgement } from "./engine.ts";
import { TokenError, configInvalid } from "./errors.ts";
import { Exchange, LEFT, TEXT, VERIFIED } from "./exchange.ts";
import type { Call } from "./exchange.ts";
import { KeyFetcher, keepAlive } from "./jwks.ts";
import { tokenOf, tokenString } from "./request.ts";
import type { Header, Inspection, TokenBearer, Verified, Verifier, VerifierOptions } from "./types.ts";

/** How many tokens are remembered, unless set otherwise. */
const CACHE = 1000;

/** How many different headers are remembered. An issuer has one a key. */
const HEADERS = 256;

/** What is known of the keys that are held, so that a cached token needs no call into the core. */
interface Held extends HeldKeys {
  readonly refreshAt: number;
  readonly freshUntil: number;
}

const NOTHING_HELD: Held = { ids: new Set(), serveFrom: 0, refreshAt: Infinity, freshUntil: 0, deadAt: 0 };

/** The core and what goes with it, once it is started. */
interface Started {
  readonly core: CoreVerifier;
  readonly exchange: Exchange;
  readonly engines: Engines;
}

/** The first segment. */
const headerOf = (token: string): string => token.slice(0, token.indexOf("."));

export class EdgeVerifier implements Verifier {
  readonly #load: () => Core;
  readonly #options: VerifierOptions;
  readonly #cache: TokenCache | undefined;
  readonly #headers = new Map<string, Header>();
  #held = NOTHING_HELD;
  #started: Started | undefined;
  #fetcher: KeyFetcher | undefined;

  constructor(load: () => Core, options: VerifierOptions) {
    checkOptions(options);
    this.#load = load;
    this.#options = options;
    this.#cache = options.cache === false ? undefined : new TokenCache(options.cache?.max ?? CACHE);
  }

  get ready(): Promise<void> {
    return this.#prepare();
  }

  verify(tokenOrRequest: string | TokenBearer): Promise<Verified> {
    try {
      const token = tokenOf(tokenOrRequest);
      const now = this.#now();
      const known = this.#cache?.find(token, now, this.#held);
      if (known === undefined) return this.#verify(token);
      if (now >= this.#held.freshUntil) return this.#verifyAfresh(token);
      if (now >= this.#held.refreshAt) this.#refreshInBackground();
      // Not an async function: it would put a second promise around that of a new token.
      return Promise.resolve(known);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Stale keys are refreshed before they are served, if they can be; then the token is looked up again. */
  async #verifyAfresh(token: string): Promise<Verified> {
    await this.#prepare();
    return this.#cache?.find(token, this.#now(), this.#held) ?? this.#verify(token);
  }

  verifySync(token: string): Verified {
    const now = this.#now();
    const known = this.#cache?.find(tokenString(token), now, this.#held);
    if (known === undefined) return this.#verifySync(token);
    if (now >= this.#held.refreshAt) this.#refreshInBackground();
    return known;
  }

  /** Whether this verifier has verified that very token, so that it is one for this verifier to judge again. */
  remembers(token: string): boolean {
    return this.#cache?.has(token) ?? false;
  }

  /** Everything that is wrong with a token under this verifier's policy. */
  async inspect(token: string): Promise<Inspection> {
    const { core, exchange, engines } = this.#start();
    const call = this.#call();
    // For the fetches that it may need: the verdict is told below, with all else that is wrong.
    await this.#settle((now) => {
      const outcome = exchange.check(token, now, call, 0, false);
      return outcome === TEXT ? exchange.text : '{"is":"ready"}';
    });
    const now = this.#now();
    let judgement: Judgement = false;
    if (exchange.question(token, now)) {
      const { input, signature } = exchange.signed();
      // Copies: another call may lie in the same place before the second engine is asked.
      const copies = { input: input.slice(), signature: signature.slice() };
      const question = { ...this.#question(exchange), from: { signed: () => copies } };
      judgement = (await engines.judge(question)) ?? engines.judgeByWasm(question);
    }
    return JSON.parse(core.inspect(token, now, judgement));
  }

  async #verify(token: string): Promise<Verified> {
    const { core, exchange, engines } = this.#start();
    const call = this.#call();
    let { leave } = engines;
    let isNative = true;
    for (;;) {
      const outcome = exchange.check(token, this.#now(), call, leave, false);
      if (outcome === VERIFIED) return this.#acceptNow(token, exchange);
      let step: Step;
      if (outcome === TEXT) {
        step = JSON.parse(exchange.text);
      } else {
        // All that is needed later is read now: the next call into the core may be another token's.
        const { text, facts } = exchange;
        const header = this.#headers.get(headerOf(token)) ?? exchange.header;
        const question = this.#question(exchange);
        const judgement = isNative ? engines.judge(question) : engines.judgeByWasm(question);
        const holds = judgement instanceof Promise ? await judgement : judgement;
        if (holds === true && outcome === LEFT) return this.#accept(token, text, header, facts);
        if (holds === undefined) {
          // The core does it, or leaves it once more.
          [leave, isNative] = [0, false];
          continue;
        }
        step = JSON.parse(holds ? text : core.rejected(this.#now(), call.seen, call.since));
      }
      if (step.is === "refused") this.#refuse(step);
      await this.#perform(step);
    }
  }

  #verifySync(token: string): Verified {
    const { core, exchange, engines } = this.#start();
    const call = this.#call();
    let outcome = exchange.check(token, call.since, call, engines.leaveSync, true);
    for (let isNative = true; outcome !== VERIFIED && outcome !== TEXT; isNative = false) {
      const question = this.#question(exchange);
      const holds = isNative ? engines.judgeSync(question) : engines.judgeByWasm(question);
      if (holds === false) this.#refuse(JSON.parse(core.invalid()));
      // The core does what no engine can tell, or leaves it once more.
      if (holds === undefined) outcome = exchange.check(token, call.since, call, 0, true);
      else outcome = outcome === LEFT ? VERIFIED : TEXT;
    }
    if (outcome === VERIFIED) return this.#acceptNow(token, exchange);
    this.#refuse(JSON.parse(exchange.text));
  }

  #question(exchange: Exchange) {
    const { algorithm: index, facts } = exchange;
    return { algorithm: this.#start().engines.name(index), index, key: facts.key, from: exchange };
  }

  /** While the answer lies where the core has put it. */
  #acceptNow(token: string, exchange: Exchange): Verified {
    const header = this.#headers.get(headerOf(token)) ?? exchange.header;
    return this.#accept(token, exchange.text, header, exchange.facts);
  }

  /** The token has passed every check. Its header is parsed once for all tokens that have the same. */
  #accept(token: string, claims: string, header: Header | string, facts: Facts): Verified {
    if (this.#held === NOTHING_HELD) this.#lookAtKeys();
    if (this.#now() >= this.#held.refreshAt) this.#refreshInBackground();
    const verified = Object.freeze({
      header: typeof header === "string" ? this.#remember(token, header) : header,
      claims: deepFreeze(JSON.parse(claims)),
    });
    this.#cache?.add(token, verified, facts);
    return verified;
  }

  #remember(token: string, json: string): Header {
    const header = deepFreeze(JSON.parse(json)) as Header;
    if (this.#headers.size >= HEADERS) this.#headers.clear();
    this.#headers.set(headerOf(token), header);
    return header;
  }

  #refuse(step: Step): never {
    if (this.#now() >= this.#held.refreshAt) this.#refreshInBackground();
    throw step.is === "refused" ? new TokenError(step.error) : new TypeError("the core gave no verdict");
  }

  async #prepare(): Promise<void> {
    const { core } = this.#start();
    const since = this.#now();
    const step = await this.#settle((now) => core.prepare(now, since));
    if (step.is === "refused") throw new TokenError(step.error);
  }

  /** Asks the core until it has an answer, fetching and waiting as it says. */
  async #settle(ask: (now: number) => string): Promise<Step> {
    for (;;) {
      const step: Step = JSON.parse(ask(this.#now()));
      if (step.is === "ready" || step.is === "refused") return step;
      await this.#perform(step);
    }
  }

  async #perform(step: Step): Promise<void> {
    if (step.is === "fetch") await this.#fetch(step.ticket);
    // Polling, on this request's own timer: on workerd a promise of another request may never settle.
    if (step.is === "wait") await new Promise((resolve) => setTimeout(resolve, step.millis));
  }

  #refreshInBackground(): void {
    const ticket = this.#start().core.refreshDue(this.#now());
    if (ticket === 0) return;
    const work = this.#fetch(ticket);
    keepAlive(this.#options, work);
  }

  /** Gets the keys within the current request and hands them to the core. Never rejects. */
  async #fetch(ticket: number): Promise<void> {
    this.#fetcher ??= new KeyFetcher(this.#load(), this.#start().core, this.#options);
    try {
      await this.#fetcher.run(ticket);
    } finally {
      this.#lookAtKeys();
    }
  }

  /** After every change of the keys. */
  #lookAtKeys(): void {
    const { core, engines } = this.#start();
    const [serveFrom, refreshAt, freshUntil, deadAt] = core.keyTimes();
    if (serveFrom === undefined || refreshAt === undefined) return;
    if (freshUntil === undefined || deadAt === undefined) return;
    const ids = new Set(core.keyIds());
    this.#held = { ids, serveFrom, refreshAt, freshUntil, deadAt };
    engines.retain(ids);
  }

  #start(): Started {
    if (!this.#started) {
      const loaded = this.#load();
      let core: CoreVerifier;
      try {
        core = new loaded.EdgeVerifier(coreConfig(this.#options));
      } catch (error) {
        throw configInvalid(error instanceof Error ? error.message : "the options are not valid");
      }
      const engines = new Engines(this.#options.engine ?? "auto", loaded, core);
      this.#started = { core, engines, exchange: new Exchange(loaded, core) };
    }
    return this.#started;
  }

  #call(): Call {
    return { seen: this.#start().core.generation, since: this.#now() };
  }

  /** Milliseconds since the epoch. */
  #now(): number {
    const now = this.#options.now ? this.#options.now() * 1000 : Date.now();
    // Without a clock there is no verdict: neither "expired" nor "good" would be true.
    if (!(now >= 0 && now < Number.MAX_SAFE_INTEGER))
      throw configInvalid("now must return the seconds since the epoch");
    return now;
  }
}
