/** The part of the generated `vault_bg.js` that is used. */
declare module "*/vault_bg.js" {
  export const VaultWorker: import("./core.ts").CoreClass;
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}
/** Raw deflate, then base64. */
declare module "*.wasm?deflate" {
  const base64: string;
  export default base64;
}
