/** The keys that a native engine has taken in. */
import type { PublicKeys } from "./engine.ts";

/** By key and algorithm (its number in the core), since WebCrypto binds a key to one. `null` for what the engine cannot do. */
export class EngineKeys<T> {
  readonly #publicKeys: PublicKeys;
  readonly #keys = new Map<number, (T | null)[]>();

  constructor(publicKeys: PublicKeys) {
    this.#publicKeys = publicKeys;
  }

  get(key: number, algorithm: number): T | null | undefined {
    return this.#keys.get(key)?.[algorithm];
  }

  set(key: number, algorithm: number, taken: T | null): void {
    const known = this.#keys.get(key) ?? [];
    known[algorithm] = taken;
    this.#keys.set(key, known);
  }

  /** The public key to be taken in, of its mathematics alone. */
  jwk(key: number): JsonWebKey {
    return JSON.parse(this.#publicKeys(key) ?? "{}");
  }

  retain(held: ReadonlySet<number>): void {
    for (const id of this.#keys.keys()) if (!held.has(id)) this.#keys.delete(id);
  }
}
