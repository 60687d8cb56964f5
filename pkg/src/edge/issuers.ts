/** A verifier for several issuers: each token goes to its own issuer's verifier, with that issuer's keys and policy. */
import type { Core } from "./core.ts";
import { TokenError, configInvalid } from "./errors.ts";
import { tokenOf, tokenString } from "./request.ts";
import type { Inspection, IssuersOptions, TokenBearer, Verified, Verifier } from "./types.ts";
import { EdgeVerifier } from "./verifier.ts";

/** As in the core. */
const DEFAULT_SIZE = 16 * 1024;

/** So many are asked whether they know a token before it is taken apart. */
const FEW = 8;

export class IssuersVerifier implements Verifier {
  readonly #load: () => Core;
  readonly #verifiers = new Map<string, EdgeVerifier>();
  /** The largest that any of them accepts; each then enforces its own. */
  readonly #maxSize: number;
  /** Whether any of them has padded tokens. */
  readonly #padded: boolean;

  constructor(load: () => Core, { issuers }: IssuersOptions, defaults: object) {
    if (!Array.isArray(issuers) || issuers.length === 0)
      throw configInvalid("issuers must list at least one");
    this.#load = load;
    this.#maxSize = Math.max(...issuers.map((options) => options?.maxTokenSize ?? DEFAULT_SIZE));
    this.#padded = issuers.some((options) => options?.quirks?.includes("padded_base64"));
    for (const options of issuers) {
      if (this.#verifiers.has(options?.issuer)) throw configInvalid("issuers must differ in their issuer");
      this.#verifiers.set(options?.issuer, new EdgeVerifier(load, { ...defaults, ...options }));
    }
  }

  get ready(): Promise<void> {
    return Promise.all([...this.#verifiers.values()].map(({ ready }) => ready)).then(() => undefined);
  }

  async verify(tokenOrRequest: string | TokenBearer): Promise<Verified> {
    const token = tokenOf(tokenOrRequest);
    return this.#verifierOf(token).verify(token);
  }

  verifySync(token: string): Verified {
    return this.#verifierOf(tokenString(token)).verifySync(token);
  }

  async inspect(token: string): Promise<Inspection> {
    try {
      return await this.#verifierOf(token).inspect(token);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const found: Inspection = JSON.parse(this.#load().inspect(token, Date.now()));
      return found.problems.length > 0 ? found : { ...found, problems: [error] };
    }
  }

  /** By the issuer that the token claims. The claim is not trusted: that issuer's verifier checks it, with its own keys. */
  #verifierOf(token: string): EdgeVerifier {
    if (this.#verifiers.size <= FEW) {
      for (const verifier of this.#verifiers.values()) if (verifier.remembers(token)) return verifier;
    }
    const decode = (padded: boolean) => JSON.parse(this.#load().decode(token, this.#maxSize, padded));
    let answer = decode(false);
    // The issuer's own verifier knows whether it may be.
    if (answer.is === "refused" && this.#padded && token.includes("=")) answer = decode(true);
    if (answer.is === "refused") throw new TokenError(answer.error);
    const verifier = this.#verifiers.get(answer.payload.iss);
    if (verifier) return verifier;
    const message = "the issuer is not one of those expected";
    throw new TokenError({
      code: "issuer_mismatch",
      message,
      status: 401,
      wwwAuthenticate: `Bearer error="invalid_token", error_description="${message}"`,
      claim: "iss",
    });
  }
}
