/** How a token gets into the wasm core and an answer out: both where they lie, without a copy in between. */
import type { Core, CoreVerifier } from "./core.ts";
import type { Facts } from "./cache.ts";
import type { Signed } from "./engine.ts";

/** How a check ended; as in the core. */
export const TEXT = 0;
export const VERIFIED = 1;
export const LEFT = 2;
export const LEFT_TO_REFUSE = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The numbers of an answer, by place; as in the core. */
const [
  KEY,
  ALGORITHM,
  INPUT_LENGTH,
  SIGNATURE,
  SIGNATURE_LENGTH,
  FROM,
  UNTIL,
  PLACE,
  LENGTH,
  HEADER,
  HEADER_LENGTH,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
const NUMBERS = 11;

/** A question, from the first time it is asked: how many fetches had succeeded, and when that was. */
export interface Call {
  readonly seen: number;
  readonly since: number;
}

/** One verifier's way in and out. Every answer is good until the next call into the core. */
export class Exchange {
  readonly #memory: WebAssembly.Memory;
  readonly #verifier: CoreVerifier;
  #bytes = new Uint8Array(0);
  #room = new Uint8Array(0);
  #numbers = new Float64Array(NUMBERS);
  #refusal: string | undefined;

  constructor(core: Core, verifier: CoreVerifier) {
    this.#memory = core.memory;
    this.#verifier = verifier;
  }

  /** Asks the core about a token; gives how it ended. */
  check(token: string, now: number, { seen, since }: Call, leave: number, held: boolean): number {
    this.#refusal = undefined;
    if (!this.#write(token)) {
      this.#refusal = this.#verifier.refuse(token);
      return TEXT;
    }
    const outcome = this.#verifier.check(token.length, now, seen, since, leave, held);
    this.#look();
    return outcome;
  }

  /** Whether the token's signature is one to be judged by others, for `inspect`. */
  question(token: string, now: number): boolean {
    if (!this.#write(token) || this.#verifier.question(token.length, now) === TEXT) return false;
    this.#look();
    return true;
  }

  /** The claims, the refusal, or what has to be done first: JSON. */
  get text(): string {
    return this.#refusal ?? this.#decode(PLACE, LENGTH);
  }

  /** The header: JSON. */
  get header(): string {
    return this.#decode(HEADER, HEADER_LENGTH);
  }

  get facts(): Facts {
    return { key: this.#number(KEY), from: this.#number(FROM), until: this.#number(UNTIL) };
  }

  /** The number of the algorithm whose signature was left. */
  get algorithm(): number {
    return this.#number(ALGORITHM);
  }

  /** What is left to be checked, also after calls into the core that leave the answer alone. */
  signed(): Signed {
    this.#look();
    const at = this.#number(SIGNATURE);
    return {
      input: this.#room.subarray(0, this.#number(INPUT_LENGTH)),
      signature: this.#bytes.subarray(at, at + this.#number(SIGNATURE_LENGTH)),
    };
  }

  /** False for what there is no room for, or is more than ASCII. */
  #write(token: string): boolean {
    if (this.#room.length < token.length) {
      // It may be another one from here on, also where the memory did not grow.
      this.#room = new Uint8Array(0);
      if (this.#verifier.reserve(token.length) < token.length) return false;
    }
    this.#look();
    const { read, written } = encoder.encodeInto(token, this.#room);
    return read === token.length && written === token.length;
  }

  /** Memory that grows is another buffer, and the room moves when it does. */
  #look(): void {
    const memory = this.#memory as { buffer: ArrayBuffer };
    if (this.#bytes.buffer === memory.buffer && this.#room.length > 0) return;
    // First of all: there may be no room before, and making it may let the memory grow.
    const length = this.#verifier.reserve(0);
    const { buffer } = memory;
    this.#bytes = new Uint8Array(buffer);
    this.#numbers = new Float64Array(buffer, this.#verifier.answer, NUMBERS);
    const { room } = this.#verifier;
    this.#room = this.#bytes.subarray(room, room + length);
  }

  #number(at: number): number {
    return this.#numbers[at] as number;
  }

  #decode(place: number, length: number): string {
    const at = this.#number(place);
    return decoder.decode(this.#bytes.subarray(at, at + this.#number(length)));
  }
}
