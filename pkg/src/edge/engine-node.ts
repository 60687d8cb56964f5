/** Signatures checked by `node:crypto`, synchronously: on Node, Bun, Deno, and workers that are configured to have it. */
import { EngineKeys } from "./engine-keys.ts";
import type { Judgement, PublicKeys, Question } from "./engine.ts";
import type { Algorithm } from "./types.ts";

/** The part of the module that is used. */
interface NodeCrypto {
  createPublicKey(input: { key: object; format: "jwk" }): object;
  verify(hash: string | null, input: Uint8Array, key: object, signature: Uint8Array): boolean;
}

interface Parameters {
  readonly hash: string | null;
  /** What goes along with the key. */
  readonly options: object;
}

const RSA_PKCS1_PSS_PADDING = 6;

/** By the first two letters of an algorithm's name. */
const FAMILIES: Readonly<Record<string, (bits: number) => object>> = {
  RS: () => ({}),
  // RFC 7518 §3.5: the salt is as long as the hash.
  PS: (bits) => ({ padding: RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 }),
  ES: () => ({ dsaEncoding: "ieee-p1363" }),
};

/**
 * What it is told besides the key; `undefined` for an algorithm that it does not do. ES256K is none: Deno's refuses every second good
 * signature, as Bitcoin would.
 */
function parameters(algorithm: Algorithm): Parameters | undefined {
  if (algorithm === "EdDSA" || algorithm === "Ed25519") return { hash: null, options: {} };
  const [, family = "", bits] = /^(RS|PS|ES)(256|384|512)$/.exec(algorithm) ?? [];
  const options = FAMILIES[family]?.(Number(bits));
  return options && { hash: `sha${bits}`, options };
}

export class NodeEngine {
  readonly #module: NodeCrypto | undefined;
  readonly #keys: EngineKeys<{ readonly hash: string | null; readonly key: object }>;

  constructor(module: unknown, publicKeys: PublicKeys) {
    const found = module as Partial<NodeCrypto> | undefined;
    const works = typeof found?.verify === "function" && typeof found.createPublicKey === "function";
    this.#module = works ? (found as NodeCrypto) : undefined;
    this.#keys = new EngineKeys(publicKeys);
  }

  knows(algorithm: Algorithm): boolean {
    return this.#module !== undefined && parameters(algorithm) !== undefined;
  }

  judge({ algorithm, index, key, from }: Question): Judgement {
    let taken = this.#keys.get(key, index);
    if (taken === null || !this.#module) return undefined;
    try {
      taken ??= this.#take(key, algorithm, index);
      const { input, signature } = from.signed();
      // Whatever else a stand-in for the module may answer is no.
      return this.#module.verify(taken.hash, input, taken.key, signature) === true;
    } catch {
      // Either it cannot do this kind of key, and the core can; or this once it failed, and is asked again next time.
      if (!taken) this.#keys.set(key, index, null);
      return undefined;
    }
  }

  #take(key: number, algorithm: Algorithm, index: number) {
    const found = parameters(algorithm);
    if (!found || !this.#module) throw new TypeError("it does not do this algorithm");
    const taken = {
      hash: found.hash,
      key: {
        key: this.#module.createPublicKey({ key: this.#keys.jwk(key), format: "jwk" }),
        ...found.options,
      },
    };
    this.#keys.set(key, index, taken);
    return taken;
  }

  retain(held: ReadonlySet<number>): void {
    this.#keys.retain(held);
  }
}
