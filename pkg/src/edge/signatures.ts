/**
 * The signatures of all algorithms but ES256 and HMAC, in a wasm module of their own: what the runtime's own cryptography does not do, or not
 * synchronously.
 */
import * as glue from "../../wasm/signatures/signatures_bg.js";

/** A public key inside wasm. */
export interface SignatureKey {
  /** `algorithm` is the core's number. */
  verify(algorithm: number, input: Uint8Array, signature: Uint8Array): boolean;
}

/** The module's exports. */
export interface Signatures {
  /** Of a JWK that the core gives. */
  readonly SignatureKey: new (jwk: string) => SignatureKey;
}

/** Compiles and starts the module on first use. */
export function lazySignatures(compile: () => WebAssembly.Module): () => Signatures {
  let started = false;
  return () => {
    if (!started) {
      const { exports } = new WebAssembly.Instance(compile(), { "./signatures_bg.js": glue as never });
      glue.__wbg_set_wasm(exports);
      (exports as { __wbindgen_start?: () => void }).__wbindgen_start?.();
      started = true;
    }
    return glue;
  };
}
