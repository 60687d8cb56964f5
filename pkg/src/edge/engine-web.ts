/** Signatures checked by WebCrypto, which answers by a promise. */
import { EngineKeys } from "./engine-keys.ts";
import type { Judgement, PublicKeys, Question } from "./engine.ts";
import type { Algorithm } from "./types.ts";

interface Parameters {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly saltLength?: number;
}

/** By the bits of the hash: what else has such a name is not WebCrypto's. */
const CURVES: Readonly<Record<string, string>> = { "256": "P-256", "384": "P-384", "512": "P-521" };

/** By the first two letters of an algorithm's name. */
const FAMILIES: Readonly<Record<string, (bits: string) => Parameters>> = {
  RS: (bits) => ({ name: "RSASSA-PKCS1-v1_5", hash: `SHA-${bits}` }),
  // RFC 7518 §3.5: the salt is as long as the hash.
  PS: (bits) => ({ name: "RSA-PSS", hash: `SHA-${bits}`, saltLength: Number(bits) / 8 }),
  ES: (bits) => ({ name: "ECDSA", hash: `SHA-${bits}`, namedCurve: CURVES[bits] as string }),
};

/** WebCrypto's words; `undefined` for an algorithm that it does not do. */
function parameters(algorithm: Algorithm): Parameters | undefined {
  if (algorithm === "EdDSA" || algorithm === "Ed25519") return { name: "Ed25519" };
  // No regular expression: making one takes a quarter of a millisecond of the first token.
  const bits = algorithm.slice(2);
  return bits in CURVES ? FAMILIES[algorithm.slice(0, 2)]?.(bits) : undefined;
}

/**
 * How many places for copies are kept, of at most how many bytes, in steps of how many: making a new one takes workerd longer than all the
 * rest of the way to WebCrypto. The bytes of the last few tokens stay in them, as in the core's memory.
 */
const PLACES = 8;
const LARGEST = 16_384;
const GRAIN = 256;

export class WebEngine {
  readonly #subtle: SubtleCrypto | undefined;
  /** Nobody's at the moment. One whose answer never comes, as that of a request that is gone, does not come back. */
  readonly #places: Uint8Array<ArrayBuffer>[] = [];
  readonly #keys: EngineKeys<{ readonly parameters: Parameters; readonly key: CryptoKey }>;

  constructor(subtle: SubtleCrypto | undefined, publicKeys: PublicKeys) {
    this.#subtle = subtle;
    this.#keys = new EngineKeys(publicKeys);
  }

  knows(algorithm: Algorithm): boolean {
    return this.#subtle !== undefined && parameters(algorithm) !== undefined;
  }

  async judge({ algorithm, index, key, from }: Question): Promise<Judgement> {
    let taken = this.#keys.get(key, index);
    const found = taken?.parameters ?? parameters(algorithm);
    if (taken === null || !this.#subtle || !found) return undefined;
    const { input, signature } = from.signed();
    const [end, size] = [input.length, input.length + signature.length];
    let place = size <= LARGEST ? this.#places.pop() : undefined;
    if (!place || place.length < size) place = new Uint8Array(Math.ceil(size / GRAIN) * GRAIN);
    // Copies: other tokens will lie where these do before the engine is done.
    place.set(input);
    place.set(signature, end);
    const [message, tag] = [place.subarray(0, end), place.subarray(end, size)];
    try {
      if (!taken) {
        // The promise is not kept: on workerd one request must not wait for another's.
        const jwk = this.#keys.jwk(key);
        taken = {
          parameters: found,
          key: await this.#subtle.importKey("jwk", jwk, found, false, ["verify"]),
        };
        this.#keys.set(key, index, taken);
      }
      return (await this.#subtle.verify(found, taken.key, tag, message)) === true;
    } catch (error) {
      // Either it cannot do this kind of key, and the core can; or this once it failed, and is asked again next time.
      const isOnce = taken || (error as Error | undefined)?.name === "OperationError";
      if (!isOnce) this.#keys.set(key, index, null);
      return undefined;
    } finally {
      if (this.#places.length < PLACES && place.length <= LARGEST) this.#places.push(place);
    }
  }

  retain(held: ReadonlySet<number>): void {
    this.#keys.retain(held);
  }
}
