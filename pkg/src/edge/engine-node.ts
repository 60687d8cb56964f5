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
  /** What goes along with the key, if anything. */
  readonly options?: object;
  /** Whether the signature is r and s. */
  readonly isPair?: boolean;
}

const RSA_PKCS1_PSS_PADDING = 6;

/** By the first two letters of an algorithm's name. */
const FAMILIES: Readonly<Record<string, (bits: number) => Omit<Parameters, "hash">>> = {
  RS: () => ({}),
  // RFC 7518 §3.5: the salt is as long as the hash.
  PS: (bits) => ({ options: { padding: RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 } }),
  ES: () => ({ isPair: true }),
};

/**
 * What it is told besides the key; `undefined` for an algorithm that it does not do. ES256K is none: Deno's refuses every second good
 * signature, as Bitcoin would.
 */
function parameters(algorithm: Algorithm): Parameters | undefined {
  if (algorithm === "EdDSA" || algorithm === "Ed25519") return { hash: null };
  const [, family = "", bits] = /^(RS|PS|ES)(256|384|512)$/.exec(algorithm) ?? [];
  const found = FAMILIES[family]?.(Number(bits));
  return found && { hash: `sha${bits}`, ...found };
}

/** r and s, of equal length, as the DER that needs no option: workerd takes none with a key (RFC 3279 §2.2.3). */
function der(pair: Uint8Array): Uint8Array {
  const size = pair.length / 2;
  // From behind, since an integer's length comes before it.
  const out = new Uint8Array(pair.length + 9);
  let at = out.length;
  for (const end of [pair.length, size]) {
    let from = end - size;
    while (pair[from] === 0 && from < end - 1) from++;
    const behind = at;
    at -= end - from;
    out.set(pair.subarray(from, end), at);
    // Of a positive number the first bit is 0.
    if ((pair[from] as number) >= 0x80) at--;
    out[at - 1] = behind - at;
    out[at - 2] = 2;
    at -= 2;
  }
  const length = out.length - at;
  out[--at] = length;
  if (length >= 0x80) out[--at] = 0x81;
  out[--at] = 0x30;
  return out.subarray(at);
}

export class NodeEngine {
  readonly #load: () => unknown;
  #module: NodeCrypto | null | undefined;
  readonly #keys: EngineKeys<Parameters & { readonly key: object }>;

  /** `load` gives the module, or nothing where there is none. It is called when it is first needed: on workerd it takes ten milliseconds. */
  constructor(load: () => unknown, publicKeys: PublicKeys) {
    this.#load = load;
    this.#keys = new EngineKeys(publicKeys);
  }

  knows(algorithm: Algorithm): boolean {
    return parameters(algorithm) !== undefined && this.#crypto() !== null;
  }

  judge({ algorithm, index, key, from }: Question): Judgement {
    let taken = this.#keys.get(key, index);
    const crypto = this.#crypto();
    if (taken === null || !crypto) return undefined;
    try {
      taken ??= this.#take(crypto, key, algorithm, index);
      const { input, signature } = from.signed();
      // Whatever else a stand-in for the module may answer is no.
      return crypto.verify(taken.hash, input, taken.key, taken.isPair ? der(signature) : signature) === true;
    } catch {
      // Either it cannot do this kind of key, and the core can; or this once it failed, and is asked again next time.
      if (!taken) this.#keys.set(key, index, null);
      return undefined;
    }
  }

  #crypto(): NodeCrypto | null {
    if (this.#module !== undefined) return this.#module;
    const found = this.#load() as Partial<NodeCrypto> | undefined;
    const works = typeof found?.verify === "function" && typeof found.createPublicKey === "function";
    return (this.#module = works ? (found as NodeCrypto) : null);
  }

  #take(crypto: NodeCrypto, key: number, algorithm: Algorithm, index: number) {
    const found = parameters(algorithm);
    if (!found) throw new TypeError("it does not do this algorithm");
    const bare = crypto.createPublicKey({ key: this.#keys.jwk(key), format: "jwk" });
    const taken = { ...found, key: found.options ? { key: bare, ...found.options } : bare };
    this.#keys.set(key, index, taken);
    return taken;
  }

  retain(held: ReadonlySet<number>): void {
    this.#keys.retain(held);
  }
}
