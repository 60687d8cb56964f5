/**
 * How TypeScript speaks with the two wasm modules: by hand, since what wasm-bindgen writes for it is more than twice as large. Texts and bytes
 * go in by the module's own allocation, which the called function frees, and come out as a place and a length.
 */
import type { Core, CoreVerifier } from "./core.ts";
import type { SignatureKey, Signatures } from "./signatures.ts";

type Pair = [number, number];

/** A module's exports: functions of numbers. The last of several results is not 0 where the one before it is an error's place. */
type Exports = Record<string, (...numbers: (number | boolean)[]) => never>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A started module, with its ways in and out. */
class Module {
  readonly exports: Exports;
  readonly memory: WebAssembly.Memory;

  constructor(module: WebAssembly.Module) {
    const functions: Record<string, (at: number, length: number) => unknown> = {};
    for (const { name } of WebAssembly.Module.imports(module)) {
      functions[name] = (at, length) => {
        if (/externref/.test(name)) return;
        const error = new Error(this.read(at, length));
        if (/throw/.test(name)) throw error;
        return error;
      };
    }
    const from = WebAssembly.Module.imports(module)[0]?.module ?? "";
    const { exports } = new WebAssembly.Instance(module, { [from]: functions as WebAssembly.ModuleImports });
    this.exports = exports as unknown as Exports;
    this.memory = exports["memory"] as WebAssembly.Memory;
    this.exports["__wbindgen_start"]?.();
  }

  call<T = number>(name: string, ...numbers: (number | boolean)[]): T {
    return (this.exports[name] as (...numbers: (number | boolean)[]) => T)(...numbers);
  }

  /** Puts bytes where the called function takes them over. */
  bytes(bytes: Uint8Array): Pair {
    const { length } = bytes;
    const at = this.call("__wbindgen_malloc", length, 1) >>> 0;
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return [at, length];
  }

  text(text: string | undefined): Pair {
    return text === undefined ? [0, 0] : this.bytes(encoder.encode(text));
  }

  read(at: number, length: number): string {
    return decoder.decode(new Uint8Array(this.memory.buffer, at >>> 0, length));
  }

  free(at: number, length: number, size: number): void {
    this.call("__wbindgen_free", at, length * size, size);
  }

  /** Takes a text out. */
  take([at, length]: Pair): string {
    const text = this.read(at, length);
    this.free(at, length, 1);
    return text;
  }

  takeOptional(pair: Pair): string | undefined {
    return pair[0] === 0 ? undefined : this.take(pair);
  }

  takeNumbers<T extends Uint8Array | Uint32Array | Float64Array>(
    of: { new (buffer: ArrayBufferLike, at: number, length: number): T; readonly BYTES_PER_ELEMENT: number },
    [at, length]: Pair,
  ): T {
    const numbers = new of(this.memory.buffer, at >>> 0, length).slice() as T;
    this.free(at, length, of.BYTES_PER_ELEMENT);
    return numbers;
  }

  /** Frees what an object has inside once the object is gone, where the runtime tells. */
  freeing(name: string): { register(object: object, at: number): void } | undefined {
    return typeof FinalizationRegistry === "undefined"
      ? undefined
      : new FinalizationRegistry<number>((at) => this.call(name, at, 1));
  }
}

/** Starts the core. */
export function startCore(compiled: WebAssembly.Module): Omit<Core, "signatures"> {
  const module = new Module(compiled);
  const finalizer = module.freeing("__wbg_edgeverifier_free");

  class EdgeVerifier implements CoreVerifier {
    readonly #at: number;

    constructor(config: string) {
      const [at, error, hasFailed] = module.call<[number, number, number]>(
        "edgeverifier_new",
        ...module.text(config),
      );
      if (hasFailed) {
        const table = module.exports["__wbindgen_externrefs"] as unknown as WebAssembly.Table;
        const reason: unknown = table.get(error);
        module.call("__externref_table_dealloc", error);
        throw reason;
      }
      this.#at = at;
      finalizer?.register(this, at);
    }

    #call<T = number>(name: string, ...numbers: (number | boolean)[]): T {
      return module.call<T>(`edgeverifier_${name}`, this.#at, ...numbers);
    }

    get generation() {
      return this.#call("generation") >>> 0;
    }
    get room() {
      return this.#call("room") >>> 0;
    }
    get answer() {
      return this.#call("answer") >>> 0;
    }
    reserve(bytes: number) {
      return this.#call("reserve", bytes) >>> 0;
    }
    check(length: number, now: number, seen: number, since: number, leave: number, held: boolean) {
      // As short as can be: it is on every token's way.
      return CHECK(this.#at, length, now, seen, since, leave, held);
    }
    rejected(now: number, seen: number, since: number) {
      return module.take(this.#call("rejected", now, seen, since));
    }
    invalid() {
      return module.take(this.#call("invalid"));
    }
    refuse(token: string) {
      return module.take(this.#call("refuse", ...module.text(token)));
    }
    keyIds() {
      return module.takeNumbers(Uint32Array, this.#call("keyIds"));
    }
    keyTimes() {
      return module.takeNumbers(Float64Array, this.#call("keyTimes"));
    }
    publicKey(id: number) {
      return module.takeOptional(this.#call("publicKey", id));
    }
    publicNumbers(id: number) {
      return module.takeNumbers(Uint8Array, this.#call("publicNumbers", id));
    }
    prepare(now: number, since: number) {
      return module.take(this.#call("prepare", now, since));
    }
    question(length: number, now: number) {
      return this.#call("question", length, now);
    }
    inspect(token: string, now: number, judgement: boolean) {
      return module.take(this.#call("inspect", ...module.text(token), now, judgement));
    }
    refreshDue(now: number) {
      return this.#call("refreshDue", now) >>> 0;
    }
    mayUseCopy(ticket: number) {
      return this.#call("mayUseCopy", ticket) !== 0;
    }
    copied(ticket: number, body: Uint8Array, control: string | undefined, ...times: number[]) {
      const [bytes, text] = [module.bytes(body), module.text(control)];
      return this.#call("copied", ticket, ...bytes, ...text, ...times) !== 0;
    }
    fetched(ticket: number, body: Uint8Array, control: string | undefined, ...times: number[]) {
      const [bytes, text] = [module.bytes(body), module.text(control)];
      return this.#call("fetched", ticket, ...bytes, ...text, ...times) !== 0;
    }
    failed(ticket: number, now: number, jitter: number) {
      this.#call("failed", ticket, now, jitter);
    }
    fallBack(body: Uint8Array, control: string | undefined, ...times: number[]) {
      this.#call("fallBack", ...module.bytes(body), ...module.text(control), ...times);
    }
  }

  const CHECK = module.exports["edgeverifier_check"] as (...numbers: (number | boolean)[]) => number;
  return {
    EdgeVerifier,
    memory: module.memory,
    algorithms: () => module.take(module.call("algorithms")),
    metadataUrls: (issuer) => module.take(module.call("metadataUrls", ...module.text(issuer))),
    jwksUri: (metadata, issuer) =>
      module.takeOptional(module.call("jwksUri", ...module.bytes(metadata), ...module.text(issuer))),
    decode: (token, maxSize = DEFAULT_SIZE, padded = false) =>
      module.take(module.call("decode", ...module.text(token), maxSize, padded)),
    inspect: (token, now) => module.take(module.call("inspect", ...module.text(token), now)),
  };
}

/** As in the core. */
const DEFAULT_SIZE = 16 * 1024;

/** Starts the module of signatures. */
export function startSignatures(compiled: WebAssembly.Module): Signatures {
  const module = new Module(compiled);
  const finalizer = module.freeing("__wbg_signaturekey_free");
  return {
    SignatureKey: class implements SignatureKey {
      readonly #at: number;

      constructor(numbers: Uint8Array) {
        this.#at = module.call("signaturekey_new", ...module.bytes(numbers));
        finalizer?.register(this, this.#at);
      }

      verify(algorithm: number, input: Uint8Array, signature: Uint8Array) {
        const [message, tag] = [module.bytes(input), module.bytes(signature)];
        return module.call("signaturekey_verify", this.#at, algorithm, ...message, ...tag) !== 0;
      }
    },
  };
}
