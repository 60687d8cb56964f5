/** Gets an issuer's keys: a JWKS document, or first the metadata that says where it is; from a shared cache where one has it. */
import { secureUrl } from "./config.ts";
import type { Core, CoreVerifier } from "./core.ts";
import { fetchDocument, within } from "./document.ts";
import type { Document } from "./document.ts";
import type { KeyCache, KeyCopy } from "./key-caches.ts";
import type { VerifierOptions } from "./types.ts";

/** Milliseconds after which a key server counts as down, from the first request to the last byte. The core's lease is longer. */
const TIMEOUT = 5000;

/** Milliseconds after which a shared cache is passed over. */
const CACHE_TIMEOUT = 500;

/** Lets work outlive the request where the host can. A host whose request is over, or whose function was taken off it, throws. */
export const keepAlive = ({ waitUntil }: VerifierOptions, work: Promise<unknown>): void => {
  try {
    waitUntil?.(work);
  } catch {
    // The work goes on as long as the host lets it.
  }
};

/** Gets one issuer's keys and hands them to the core. */
export class KeyFetcher {
  readonly #core: Core;
  readonly #verifier: CoreVerifier;
  readonly #options: VerifierOptions;
  readonly #caches: readonly KeyCache[];
  /** Where the keys were found last. Forgotten on any failure, so that an issuer can move them. */
  #found: string | undefined;

  constructor(core: Core, verifier: CoreVerifier, options: VerifierOptions) {
    this.#core = core;
    this.#verifier = verifier;
    this.#options = options;
    const { keys } = options;
    const cache = "jwksUrl" in keys || "discover" in keys ? (keys.cache ?? []) : [];
    this.#caches = "get" in cache ? [cache] : cache;
  }

  /** Serves a ticket within the current request. Never rejects, and ends before the core takes the ticket for lost. */
  async run(ticket: number): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT);
    const core = this.#verifier;
    const stale: KeyCopy[] = [];
    for (const [index, cache] of this.#caches.entries()) {
      if (!core.mayUseCopy(ticket)) break;
      const copy = await within(signal, this.#copy(cache)).catch(() => undefined);
      if (!copy) continue;
      const { now, age } = this.#ageOf(copy);
      const fits = core.copied(ticket, copy.body, copy.cacheControl, age, now, Math.random());
      if (fits) return this.#keep(copy, this.#caches.slice(0, index));
      stale.push(copy);
    }
    const document = await this.#document(signal).catch(() => undefined);
    const now = this.#now();
    // Keys under a clock that does not work would be of any age.
    if (document && Number.isFinite(now)) {
      const { body, cacheControl } = document;
      const held = core.fetched(ticket, body, cacheControl, now, Math.random());
      if (held) return this.#keep({ body, cacheControl, fetchedAt: now }, this.#caches);
    } else {
      core.failed(ticket, now, Math.random());
    }
    for (const copy of stale) {
      core.fallBack(copy.body, copy.cacheControl, this.#ageOf(copy).age, now, Math.random());
    }
  }

  /** What a shared cache has, if it has the shape of a copy; its content is for the core to judge. One that dawdles has nothing. */
  async #copy(cache: KeyCache): Promise<KeyCopy | undefined> {
    const copy = await within(AbortSignal.timeout(CACHE_TIMEOUT), cache.get(this.#name()));
    return copy?.body instanceof Uint8Array && Number.isFinite(copy.fetchedAt) ? copy : undefined;
  }

  /** After the answer, and without a say in it. */
  #keep(copy: KeyCopy, caches: readonly KeyCache[]): void {
    for (const cache of caches) {
      const kept = (async () => cache.put(this.#name(), copy))().catch(() => undefined);
      keepAlive(this.#options, kept);
    }
  }

  /** The same for all who verify this issuer's tokens with the same options. */
  #name(): string {
    const { keys, issuer } = this.#options;
    return "jwksUrl" in keys ? keys.jwksUrl : `discover ${issuer}`;
  }

  /** A copy out of the future has no age. */
  #ageOf(copy: KeyCopy): { now: number; age: number } {
    const now = this.#now();
    return { now, age: now >= copy.fetchedAt ? now - copy.fetchedAt : Number.NaN };
  }

  /** Not a number where the clock fails: it must not leave the ticket unanswered. */
  #now(): number {
    try {
      return this.#options.now ? this.#options.now() * 1000 : Date.now();
    } catch {
      return Number.NaN;
    }
  }

  async #document(signal: AbortSignal): Promise<Document | undefined> {
    try {
      const url = await this.#url(signal);
      if (url === undefined) return undefined;
      const document = await fetchDocument(secureUrl(url), this.#options.fetch, signal);
      this.#found = document && url;
      return document;
    } catch (error) {
      this.#found = undefined;
      throw error;
    }
  }

  async #url(signal: AbortSignal): Promise<string | undefined> {
    const { keys, issuer } = this.#options;
    if ("jwksUrl" in keys) return keys.jwksUrl;
    if (this.#found !== undefined) return this.#found;
    for (const url of this.#core.metadataUrls(issuer).split(" ")) {
      const metadata = await fetchDocument(secureUrl(url), this.#options.fetch, signal).catch(
        () => undefined,
      );
      // Metadata that is there and not this issuer's is an answer: no other place is asked for a better one.
      if (metadata) return this.#core.jwksUri(metadata.body, issuer);
    }
    return undefined;
  }
}
