/** Makes the functions of `strongroom/edge` that need the wasm, for one runtime. */
import { lazyCore } from "./core.ts";
import type { Platform } from "./core.ts";
import { TokenError } from "./errors.ts";
import { IssuersVerifier } from "./issuers.ts";
import { tokenString } from "./request.ts";
import { EdgeVerifier } from "./verifier.ts";
import type { Decoded, Inspection, IssuersOptions, Verifier, VerifierOptions } from "./types.ts";

/** The functions that every entry point exports. */
export interface Bound {
  /**
   * Makes a verifier. Synchronous and lazy: nothing is compiled or fetched before the first use, so it is safe at module
   * scope in a Worker. Throws `config_invalid`.
   *
   * ```ts
   * import { createVerifier } from "strongroom/edge";
   * const verifier = createVerifier({
   *   issuer: "https://issuer.example",
   *   audience: "https://api.example",
   *   algorithms: ["ES256"],
   *   keys: { jwksUrl: "https://issuer.example/.well-known/jwks.json" },
   * });
   * const { claims } = await verifier.verify(request);
   * ```
   */
  createVerifier(options: VerifierOptions | IssuersOptions): Verifier;
  /**
   * Takes a token apart with the verifier's own strict parser. **No trust implied**: nothing is checked. Throws
   * `token_malformed` and its like.
   *
   * ```ts
   * import { decode } from "strongroom/edge";
   * console.log(decode(token).header.kid);
   * ```
   */
  decode(token: string): Decoded;
  /**
   * Tells everything that is wrong with a token, not only the first thing. Rejects only with `config_invalid`,
   * where `strongroom/edge/small` has nothing that could check the signature.
   *
   * ```ts
   * import { inspect } from "strongroom/edge";
   * for (const { code, message } of (await inspect(token, verifier)).problems) console.log(code, message);
   * ```
   */
  inspect(token: string, verifier?: Verifier): Promise<Inspection>;
}

/** Binds the functions to a runtime's way of getting at the wasm module. */
export function bind(platform: Platform): Bound {
  const core = lazyCore(platform);
  const defaults = platform.waitUntil ? { waitUntil: platform.waitUntil } : {};
  return {
    createVerifier(options) {
      if (typeof options === "object" && options !== null && "issuers" in options) {
        return new IssuersVerifier(core, options, defaults);
      }
      return new EdgeVerifier(core, { ...defaults, ...options });
    },
    decode(token) {
      const answer = JSON.parse(core().decode(tokenString(token)));
      if (answer.is === "refused") throw new TokenError(answer.error);
      return { header: answer.header, payload: answer.payload };
    },
    async inspect(token, verifier) {
      // What is not a string is an empty token here: this function never throws.
      const text = typeof token === "string" ? token : "";
      if (verifier instanceof EdgeVerifier || verifier instanceof IssuersVerifier)
        return verifier.inspect(text);
      return JSON.parse(core().inspect(text, Date.now()));
    },
  };
}
