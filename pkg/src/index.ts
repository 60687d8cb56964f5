/**
 * `strongroom`: the vault for single-page apps. Access tokens stay in WebAssembly memory inside a Web Worker.
 *
 * @module
 */
import { create } from "./vault/create.ts";
import type { Vault, VaultOptions } from "./vault/types.ts";

export { VaultError, type VaultErrorCode } from "./errors.ts";
export type {
  InPageOptions,
  IsolatedOptions,
  LoginOptions,
  LogoutOptions,
  Resource,
  Session,
  SocketOptions,
  UploadProgress,
  Vault,
  VaultOptions,
  VaultRequestInit,
  VaultSocket,
} from "./vault/types.ts";

/**
 * Opens a vault. Done once its worker is ready; who is signed in shows in `vault.session` a moment later.
 *
 * @example
 * ```ts
 * import { openVault } from "strongroom";
 *
 * const vault = await openVault({
 *   endpoints: "/auth",
 *   resources: [{ origin: "https://api.example.com", paths: ["/v1/"] }],
 * });
 * const response = await vault.fetch("https://api.example.com/v1/me");
 * ```
 *
 * @example With the vault on an origin of its own, where it is configured:
 * ```ts
 * import { openVault } from "strongroom";
 *
 * const vault = await openVault({ isolated: "https://vault.example.com" });
 * ```
 */
export const openVault = (options: VaultOptions): Promise<Vault> =>
  create(options, () => new URL("./vault.worker.js", import.meta.url));
