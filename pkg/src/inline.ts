/**
 * `strongroom/inline`: the same vault with the worker's source inside, for bundlers that do not emit its file. The page's
 * policy must allow `worker-src blob:`, which a policy against injected scripts should not: prefer `strongroom`.
 *
 * @module
 */
import source from "virtual:worker-source";
import { create } from "./vault/create.ts";
import type { InPageOptions, Vault } from "./vault/types.ts";

export { VaultError, type VaultErrorCode } from "./errors.ts";
export type {
  InPageOptions,
  LoginOptions,
  LogoutOptions,
  Resource,
  Session,
  SocketOptions,
  UploadProgress,
  Vault,
  VaultRequestInit,
  VaultSocket,
} from "./vault/types.ts";

/**
 * Opens a vault in the page's own origin, from a `blob:` worker.
 *
 * @example
 * ```ts
 * import { openVault } from "strongroom/inline";
 *
 * const vault = await openVault({ endpoints: "/auth", resources: [{ origin: "https://api.example.com" }] });
 * ```
 */
export const openVault = (options: Omit<InPageOptions, "worker">): Promise<Vault> =>
  create(options, () => URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
