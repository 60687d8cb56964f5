/**
 * The signatures of all algorithms but HMAC, in a wasm module of their own: what the runtime's own cryptography does not do, or not
 * synchronously.
 */
import { startSignatures } from "./glue.ts";

/** A public key inside wasm. */
export interface SignatureKey {
  /** `algorithm` is the core's number. */
  verify(algorithm: number, input: Uint8Array, signature: Uint8Array): boolean;
}

/** The module's exports. */
export interface Signatures {
  /** Of the numbers that the core gives of a key. */
  readonly SignatureKey: new (numbers: Uint8Array) => SignatureKey;
}

/** Compiles and starts the module on first use. */
export function lazySignatures(compile: () => WebAssembly.Module): () => Signatures {
  let started: Signatures | undefined;
  return () => (started ??= startSignatures(compile()));
}
