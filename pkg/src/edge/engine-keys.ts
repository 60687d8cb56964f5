/** The keys that a native engine has taken in. */
import type { PublicKeys } from "./engine.ts";
import type { Algorithm } from "./types.ts";

/** By key and algorithm, since WebCrypto binds a key to one. `null` for what the engine cannot do. */
export class EngineKeys<T> {
  readonly #publicKeys: PublicKeys;
  readonly #keys = new Map<string, T | null>();

  constructor(publicKeys: PublicKeys) {
    this.#publicKeys = publicKeys;
  }

  get(key: number, algorithm: Algorithm): T | null | undefined {
    return this.#keys.get(`${key} ${algorithm}`);
  }

  set(key: number, algorithm: Algorithm, taken: T | null): void {
    this.#keys.set(`${key} ${algorithm}`, taken);
  }

  /** The public key to be taken in, of its mathematics alone. */
  jwk(key: number): JsonWebKey {
    return JSON.parse(this.#publicKeys(key) ?? "{}");
  }

  retain(held: ReadonlySet<number>): void {
    for (const id of this.#keys.keys()) if (!held.has(Number.parseInt(id))) this.#keys.delete(id);
  }
}
