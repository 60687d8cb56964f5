/** The wasm core as TypeScript sees it, and how it is started. */
import * as glue from "../../wasm/edge/edge_bg.js";
import type { TokenErrorInit } from "./errors.ts";
import type { Claims, Header } from "./types.ts";

/** What the core answers to a token, as JSON. */
export type Verdict =
  | { readonly is: "verified"; readonly header: Header; readonly claims: Claims }
  | { readonly is: "refused"; readonly error: TokenErrorInit };

/** What the core answers to a question that may need keys first, as JSON. */
export type Step =
  | Verdict
  | { readonly is: "ready" }
  /** Fetch the keys, hand them in under this ticket, and ask again. */
  | { readonly is: "fetch"; readonly ticket: number }
  /** Another call is fetching: ask again after so many milliseconds. */
  | { readonly is: "wait"; readonly millis: number };

/** One verifier inside wasm. Times are milliseconds since the epoch. */
export interface CoreVerifier {
  /** Counts the successful fetches: what a call has seen before it asks for another. */
  readonly generation: number;
  /** `seen` is the generation when the call began, and `since` the time. */
  verify(token: string, now: number, seen: number, since: number): string;
  verifyHeld(token: string, now: number): string;
  /** `ready` once keys are held, else what has to be done first. */
  prepare(now: number, since: number): string;
  inspect(token: string, now: number): string;
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
  metadataUrls(issuer: string): string[];
  jwksUri(metadata: Uint8Array, issuer: string): string | undefined;
  /** `maxSize` in bytes: default 16384. `padded`: its segments are, see `Quirk`. */
  decode(token: string, maxSize?: number, padded?: boolean): string;
  inspect(token: string, now: number): string;
}

/** What differs between runtimes. */
export interface Platform {
  /** The compiled module. Called at most once, on first use. */
  compile(): WebAssembly.Module;
  /** Keeps work alive after the current response, where the runtime has a way that needs no options. */
  waitUntil?(work: Promise<unknown>): void;
}

/** Compiles and starts the core on first use. */
export function lazyCore(platform: Platform): () => Core {
  let core: Core | undefined;
  return () => {
    if (!core) {
      const instance = new WebAssembly.Instance(platform.compile(), { "./edge_bg.js": glue as never });
      glue.__wbg_set_wasm(instance.exports);
      (instance.exports as { __wbindgen_start?: () => void }).__wbindgen_start?.();
      core = glue;
    }
    return core;
  };
}
