/** In the default builds a wasm file is a base64 string inside the bundle, decoded on first use. */
declare module "*.wasm?base64" {
  const base64: string;
  export default base64;
}
/** On workerd a wasm import is a compiled module; bytes are refused there. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
/** On Vercel's edge runtime the same, with this suffix. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
