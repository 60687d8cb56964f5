/** The part of the generated `edge_bg.js` that is used. */
declare module "*/edge_bg.js" {
  type Core = import("./core.ts").Core;
  export const EdgeVerifier: Core["EdgeVerifier"];
  export const algorithms: Core["algorithms"];
  export const own: Core["own"];
  export const metadataUrls: Core["metadataUrls"];
  export const jwksUri: Core["jwksUri"];
  export const decode: Core["decode"];
  export const inspect: Core["inspect"];
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** The part of the generated `signatures_bg.js` that is used. */
declare module "*/signatures_bg.js" {
  type Signatures = import("./signatures.ts").Signatures;
  export const SignatureKey: Signatures["SignatureKey"];
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}
