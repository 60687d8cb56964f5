/** Fetches an issuer's keys: a JWKS document, or first the metadata that says where it is. */
import { secureUrl } from "./config.ts";
import type { Core } from "./core.ts";
import { fetchDocument } from "./document.ts";
import type { Document } from "./document.ts";
import type { VerifierOptions } from "./types.ts";

/** Finds and fetches one issuer's keys. */
export class KeyFetcher {
  readonly #core: Core;
  readonly #options: VerifierOptions;
  /** Where the keys were found last. Forgotten on any failure, so that an issuer can move them. */
  #found: string | undefined;

  constructor(core: Core, options: VerifierOptions) {
    this.#core = core;
    this.#options = options;
  }

  /** The keys' document, or `undefined` for any failure: the core decides what that means. Never rejects. */
  async fetch(): Promise<Document | undefined> {
    try {
      const url = await this.#url();
      if (url === undefined) return undefined;
      const document = await fetchDocument(secureUrl(url), this.#options.fetch);
      this.#found = document && url;
      return document;
    } catch {
      this.#found = undefined;
      return undefined;
    }
  }

  async #url(): Promise<string | undefined> {
    const { keys, issuer } = this.#options;
    if ("jwksUrl" in keys) return keys.jwksUrl;
    if (this.#found !== undefined) return this.#found;
    for (const url of this.#core.metadataUrls(issuer)) {
      const metadata = await fetchDocument(secureUrl(url), this.#options.fetch).catch(() => undefined);
      // Metadata that is there and not this issuer's is an answer: no other place is asked for a better one.
      if (metadata) return this.#core.jwksUri(metadata.body, issuer);
    }
    return undefined;
  }
}
