/** A verifier: drives the wasm core, and performs the fetches that it asks for. */
import type { Core, CoreVerifier, Step, Verdict } from "./core.ts";
import { checkOptions, coreConfig } from "./config.ts";
import { TokenError, configInvalid } from "./errors.ts";
import { KeyFetcher } from "./jwks.ts";
import { tokenOf, tokenString } from "./request.ts";
import type { Inspection, TokenBearer, Verified, Verifier, VerifierOptions } from "./types.ts";

type Settled = Exclude<Step, { readonly is: "fetch" } | { readonly is: "wait" }>;

function verified(verdict: Settled): Verified {
  if (verdict.is === "verified") return { header: verdict.header, claims: verdict.claims };
  throw verdict.is === "refused" ? new TokenError(verdict.error) : new TypeError("the core gave no verdict");
}

export class EdgeVerifier implements Verifier {
  readonly #load: () => Core;
  readonly #options: VerifierOptions;
  #core: CoreVerifier | undefined;
  #fetcher: KeyFetcher | undefined;

  constructor(load: () => Core, options: VerifierOptions) {
    checkOptions(options);
    this.#load = load;
    this.#options = options;
  }

  get ready(): Promise<void> {
    return this.#prepare();
  }

  async verify(tokenOrRequest: string | TokenBearer): Promise<Verified> {
    const token = tokenOf(tokenOrRequest);
    const core = this.#verifier();
    const [seen, since] = [core.generation, this.#now()];
    const verdict = await this.#settle((now) => core.verify(token, now, seen, since));
    this.#refreshInBackground();
    return verified(verdict);
  }

  verifySync(token: string): Verified {
    const verdict: Verdict = JSON.parse(this.#verifier().verifyHeld(tokenString(token), this.#now()));
    this.#refreshInBackground();
    return verified(verdict);
  }

  /** Everything that is wrong with a token under this verifier's policy. */
  async inspect(token: string): Promise<Inspection> {
    const core = this.#verifier();
    const [seen, since] = [core.generation, this.#now()];
    // For the fetches that it may need: the verdict is told below, with all else that is wrong.
    await this.#settle((now) => core.verify(token, now, seen, since));
    return JSON.parse(core.inspect(token, this.#now()));
  }

  async #prepare(): Promise<void> {
    const core = this.#verifier();
    const since = this.#now();
    const step = await this.#settle((now) => core.prepare(now, since));
    if (step.is === "refused") throw new TokenError(step.error);
  }

  /** Asks the core until it has an answer, fetching and waiting as it says. */
  async #settle(ask: (now: number) => string): Promise<Settled> {
    for (;;) {
      const step: Step = JSON.parse(ask(this.#now()));
      if (step.is === "fetch") {
        await this.#fetch(step.ticket);
      } else if (step.is === "wait") {
        // Polling, on this request's own timer: on workerd a promise of another request may never settle.
        await new Promise((resolve) => setTimeout(resolve, step.millis));
      } else {
        return step;
      }
    }
  }

  #refreshInBackground(): void {
    const ticket = this.#verifier().refreshDue(this.#now());
    if (ticket === 0) return;
    const work = this.#fetch(ticket);
    this.#options.waitUntil?.(work);
  }

  /** Gets the keys within the current request and hands them to the core. Never rejects. */
  #fetch(ticket: number): Promise<void> {
    this.#fetcher ??= new KeyFetcher(this.#load(), this.#verifier(), this.#options);
    return this.#fetcher.run(ticket);
  }

  #verifier(): CoreVerifier {
    if (!this.#core) {
      const { EdgeVerifier } = this.#load();
      try {
        this.#core = new EdgeVerifier(coreConfig(this.#options));
      } catch (error) {
        throw configInvalid(error instanceof Error ? error.message : "the options are not valid");
      }
    }
    return this.#core;
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
