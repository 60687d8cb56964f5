/** Signatures checked by the second wasm module, synchronously: those that the core leaves to others. */
import { configInvalid } from "./errors.ts";
import type { CoreVerifier } from "./core.ts";
import type { Question } from "./engine.ts";
import type { SignatureKey, Signatures } from "./signatures.ts";

export class WasmEngine {
  readonly #start: (() => Signatures) | undefined;
  readonly #core: Pick<CoreVerifier, "publicNumbers">;
  readonly #keys = new Map<number, SignatureKey>();

  constructor(start: (() => Signatures) | undefined, core: Pick<CoreVerifier, "publicNumbers">) {
    this.#start = start;
    this.#core = core;
  }

  judge({ algorithm, index, key, from }: Question): boolean {
    let taken = this.#keys.get(key);
    if (!taken) {
      if (!this.#start)
        throw configInvalid(`strongroom/edge/small cannot verify ${algorithm} here: use strongroom/edge`);
      taken = new (this.#start().SignatureKey)(this.#core.publicNumbers(key));
      this.#keys.set(key, taken);
    }
    const { input, signature } = from.signed();
    return taken.verify(index, input, signature);
  }

  retain(held: ReadonlySet<number>): void {
    for (const id of this.#keys.keys()) if (!held.has(id)) this.#keys.delete(id);
  }
}
