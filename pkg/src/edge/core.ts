/** The wasm core as TypeScript sees it, and how it is started. */
import { startCore } from "./glue.ts";
import type { TokenErrorInit } from "./errors.ts";
import type { Signatures } from "./signatures.ts";

/** What the core answers to a question that may need keys first, as JSON. */
export type Step =
  | { readonly is: "refused"; readonly error: TokenErrorInit }
  | { readonly is: "ready" }
  /** Fetch the keys, hand them in under this ticket, and ask again. */
  | { readonly is: "fetch"; readonly ticket: number }
  /** Another call is fetching: ask again after so many milliseconds. */
  | { readonly is: "wait"; readonly millis: number };

/** One verifier inside wasm. Times are milliseconds since the epoch. */
export interface CoreVerifier {
  /** Counts the successful fetches: what a call has seen before it asks for another. */
  readonly generation: number;
  /** Where a token goes in, where the numbers of an answer come out; see `exchange.ts`. */
  readonly room: number;
  readonly answer: number;
  reserve(bytes: number): number;
  /** `seen` is the generation when the call began, and `since` the time. */
  check(length: number, now: number, seen: number, since: number, leave: number, held: boolean): number;
  /** What to do about a signature that was left and does not hold. */
  rejected(now: number, seen: number, since: number): string;
  /** The refusal of a token whose signature does not hold. */
  invalid(): string;
  /** The refusal of a text that cannot be a token. */
  refuse(token: string): string;
  keyIds(): Uint32Array;
  /** From when on the keys that are held serve, are refreshed, are stale, and are dead; empty if none are. */
  keyTimes(): Float64Array;
  /** A JWK. */
  publicKey(id: number): string | undefined;
  /** The same as the module of signatures takes it. */
  publicNumbers(id: number): Uint8Array;
  /** `ready` once keys are held, else what has to be done first. */
  prepare(now: number, since: number): string;
  /** Whether the signature of the token in the room is one for the caller to judge, before `inspect`. */
  question(length: number, now: number): number;
  inspect(token: string, now: number, judgement: boolean): string;
  /** The ticket of a background refresh that is due, or 0. */
  refreshDue(now: number): number;
  /** Whether a copy from a shared cache may serve this ticket. */
  mayUseCopy(ticket: number): boolean;
  /** A shared cache had this copy, `age` milliseconds old. False if the issuer has to be asked all the same. */
  copied(
    ticket: number,
    body: Uint8Array,
    cacheControl: string | undefined,
    age: number,
    now: number,
    jitter: number,
  ): boolean;
  /** A fetch brought this document. True if its keys are held now. */
  fetched(
    ticket: number,
    body: Uint8Array,
    cacheControl: string | undefined,
    now: number,
    jitter: number,
  ): boolean;
  failed(ticket: number, now: number, jitter: number): void;
  /** After a failure: a shared cache has this copy, `age` milliseconds old. */
  fallBack(
    body: Uint8Array,
    cacheControl: string | undefined,
    age: number,
    now: number,
    jitter: number,
  ): void;
}

/** The wasm module's exports. */
export interface Core {
  readonly EdgeVerifier: new (config: string) => CoreVerifier;
  readonly memory: WebAssembly.Memory;
  /** Who verifies the others in wasm, if anybody does in this build. */
  readonly signatures: (() => Signatures) | undefined;
  /** Names, in the order of the core's numbers, each with a space behind. */
  algorithms(): string;
  /** With a space between. */
  metadataUrls(issuer: string): string;
  jwksUri(metadata: Uint8Array, issuer: string): string | undefined;
  /** `maxSize` in bytes: default 16384. `padded`: its segments are, see `Quirk`. */
  decode(token: string, maxSize?: number, padded?: boolean): string;
  inspect(token: string, now: number): string;
}

/** What differs between runtimes. */
export interface Platform {
  /** The compiled module. Called at most once, on first use. */
  compile(): WebAssembly.Module;
  /** The signatures that are not the core's own: a module of their own, which is started on first use. */
  signatures?: () => Signatures;
  /** Keeps work alive after the current response, where the runtime has a way that needs no options. */
  waitUntil?(work: Promise<unknown>): void;
}

/** One instance, which all entry points of a program share. */
let started: Omit<Core, "signatures"> | undefined;

/** Compiles and starts the core on first use. */
export function lazyCore({ compile, signatures }: Platform): () => Core {
  let core: Core | undefined;
  return () => (core ??= { ...(started ??= startCore(compile())), signatures });
}
