/**
 * Who checks signatures: the runtime's own cryptography, or a second wasm module; HMAC the wasm core itself. Before anybody else is asked the core has chosen and
 * checked the key, allowed the algorithm, and made sure that the signature has the one form that all engines judge alike.
 */
import { NodeEngine } from "./engine-node.ts";
import type { Core, CoreVerifier } from "./core.ts";
import { FEW, TABLE, TABLES } from "./engine-table.ts";
import type { EngineName, RuntimeName } from "./engine-table.ts";
import { WasmEngine } from "./engine-wasm.ts";
import { WebEngine } from "./engine-web.ts";
import type { Algorithm } from "./types.ts";

/** What was signed, and by what: views into the core's memory, good until the next call into the core. */
export interface Signed {
  readonly input: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** A signature to be checked. */
export interface Question {
  readonly algorithm: Algorithm;
  /** Its number in the core. */
  readonly index: number;
  /** Which key of the verifier. */
  readonly key: number;
  /** Asked for after the key has been taken in, since that is a call into the core and may let its memory grow. */
  readonly from: { signed(): Signed };
}

/** Whether it is the key's signature; `undefined` where this engine cannot tell, for this key, now and later. */
export type Judgement = boolean | undefined;

/** The JWK of a key by its number. */
export type PublicKeys = (key: number) => string | undefined;

export type EngineMode = "auto" | "native" | "wasm";

interface Globals {
  readonly process?: {
    getBuiltinModule?(name: string): unknown;
    readonly versions?: { readonly node?: string };
  };
  readonly navigator?: { readonly userAgent?: string };
  readonly crypto?: Crypto;
  readonly Bun?: unknown;
  readonly Deno?: unknown;
}

/** Runtimes are told apart by what was measured on them; what one can do is asked of itself. */
function runtimeName(globals: Globals): RuntimeName {
  // First of all, since workerd makes `process` when it is first looked at.
  if (globals.navigator?.userAgent === "Cloudflare-Workers") return "workerd";
  if (globals.Bun) return "bun";
  if (globals.Deno) return "deno";
  return globals.process?.versions?.node === undefined ? "other" : "node";
}

/** A verifier's engines besides the core, and the keys that they have taken in. */
export class Engines {
  /** Algorithms whose signatures are left by the core to an engine. One bit each, as the core counts. */
  readonly leave: number;
  #leaveSync: number | undefined;
  readonly #chooseSync: (algorithm: Algorithm) => EngineName;
  readonly #names: readonly Algorithm[];
  readonly #choices: readonly EngineName[];
  /** Whether wasm takes over once tokens are many. */
  #isLater: readonly boolean[];
  /** How many signatures of each such key were asked about, up to one more than {@link FEW}: then wasm has it. */
  readonly #judged = new Map<number, number>();
  /** How many keys wasm has taken over. */
  #taken = 0;
  readonly #node: NodeEngine;
  readonly #web: WebEngine;
  readonly #wasm: WasmEngine;

  constructor(mode: EngineMode, core: Core, keys: Pick<CoreVerifier, "publicKey" | "publicNumbers">) {
    const publicKeys: PublicKeys = (id) => keys.publicKey(id);
    const globals = globalThis as Globals;
    // Asked for by name and not imported, so that a bundler finds nothing to resolve.
    this.#node = new NodeEngine(() => globals.process?.getBuiltinModule?.("node:crypto"), publicKeys);
    this.#web = new WebEngine(globals.crypto?.subtle, publicKeys);
    this.#wasm = new WasmEngine(core.signatures, keys);
    this.#names = core.algorithms().trim().split(" ") as Algorithm[];
    const row = TABLE[runtimeName(globals)];
    const choose = (algorithm: Algorithm, mayWait: boolean): EngineName => {
      // Functions, since to ask the one is to load it.
      const byNode = () => (this.#node.knows(algorithm) ? "node" : undefined);
      const byWeb = () => (mayWait && this.#web.knows(algorithm) ? "web" : undefined);
      const wanted = mode === "wasm" ? "wasm" : (row[algorithm] ?? row.otherwise);
      // Without the second module the table has no say: what is slow is better than nothing.
      const mayBeWasm = mode === "wasm" || (mode === "auto" && core.signatures !== undefined);
      if (wanted === "wasm" && mayBeWasm) return "wasm";
      return (row.otherwise === "web" ? (byWeb() ?? byNode()) : (byNode() ?? byWeb())) ?? "wasm";
    };
    this.#choices = this.#names.map((name) => choose(name, true));
    const mayTakeOver = mode === "auto" && core.signatures !== undefined;
    this.#isLater = this.#names.map((name) => mayTakeOver && row.later?.includes(name) === true);
    this.leave = mask(this.#choices);
    this.#chooseSync = (name) => choose(name, false);
  }

  /** The same for `verifySync`. Worked out when it is first asked for: it needs `node:crypto` where there is one. */
  get leaveSync(): number {
    return (this.#leaveSync ??= mask(this.#names.map(this.#chooseSync)));
  }

  /** The name of an algorithm by its number in the core. */
  name(index: number): Algorithm {
    return this.#names[index] as Algorithm;
  }

  /** Answers at once if the engine can, as `node:crypto` does. */
  judge(question: Question): Judgement | Promise<Judgement> {
    const choice = this.#choices[question.index];
    if (choice === "wasm") return this.#wasm.judge(question);
    if (this.#isLater[question.index] && this.#takesOver(question.key)) {
      try {
        return this.#wasm.judge(question);
      } catch {
        // It could not be started: out of memory, or forbidden.
        this.#isLater = [];
      }
    }
    return choice === "web" ? this.#web.judge(question) : this.#node.judge(question);
  }

  #takesOver(key: number): boolean {
    const judged = this.#judged.get(key) ?? 0;
    if (judged > FEW) return true;
    if (judged === FEW && this.#taken === TABLES) return false;
    this.#judged.set(key, judged + 1);
    if (judged < FEW) return false;
    this.#taken += 1;
    return true;
  }

  judgeSync(question: Question): Judgement {
    const isNative = (this.leaveSync >> question.index) & 1;
    return isNative ? this.#node.judge(question) : this.#wasm.judge(question);
  }

  /** For what no native engine can tell, and is not the core's own. */
  judgeByWasm(question: Question): boolean {
    return this.#wasm.judge(question);
  }

  /** Forgets keys that are held no longer. */
  retain(held: ReadonlySet<number>): void {
    for (const [id, judged] of this.#judged) {
      if (held.has(id)) continue;
      this.#judged.delete(id);
      if (judged > FEW) this.#taken -= 1;
    }
    this.#node.retain(held);
    this.#web.retain(held);
    this.#wasm.retain(held);
  }
}

const mask = (choices: readonly EngineName[]): number =>
  choices.reduce((bits, engine, index) => (engine === "wasm" ? bits : bits | (1 << index)), 0);
