/** Why the vault did not do what was asked. A network failure is fetch's own `TypeError`, an abort its `AbortError`. */
export type VaultErrorCode =
  /** An option is wrong; the message names it. */
  | "config_invalid"
  /** No `Worker`, no WebAssembly, or no secure context. */
  | "unsupported_environment"
  /** The worker could not be started, or died too often. */
  | "worker_failed"
  /** The worker died and has been replaced; the request may or may not have reached the server. */
  | "worker_restarted"
  /** The isolated vault did not answer, or is not the one it should be. */
  | "handshake_failed"
  /** The URL belongs to none of the `resources`. */
  | "resource_not_allowed"
  /** The URL is neither https nor loopback. */
  | "insecure_url"
  /** `authorization`, `cookie` and `dpop` are the vault's to set. */
  | "header_forbidden"
  /** The body cannot be sent to the worker. */
  | "body_unusable"
  /** Nobody is signed in. */
  | "signed_out"
  /** The session ended while the request waited for a token, or was over when all of the user's were to be ended. */
  | "session_ended"
  /** The endpoints refuse to give a token; `reason` has their code. */
  | "refresh_failed"
  /** The endpoints cannot be reached at present. Nobody has been signed out. */
  | "unreachable"
  /** Too many requests are open. */
  | "request_limit"
  /** The vault has been closed. */
  | "closed";

const messages: Record<VaultErrorCode, string> = {
  config_invalid: "The configuration is not valid",
  unsupported_environment: "A vault needs a secure page with Worker and WebAssembly",
  worker_failed: "The vault's worker could not be started",
  worker_restarted: "The vault's worker was replaced",
  handshake_failed: "The isolated vault did not answer",
  resource_not_allowed: "The URL belongs to none of the vault's resources",
  insecure_url: "The URL is not https",
  header_forbidden: "The request has a header that only the vault may set",
  body_unusable: "The body cannot be sent",
  signed_out: "Nobody is signed in",
  session_ended: "The session has ended",
  refresh_failed: "No access token was given",
  unreachable: "The session endpoints cannot be reached",
  request_limit: "Too many requests are open",
  closed: "The vault is closed",
};

/**
 * An error of the vault. Branch on its `code`.
 *
 * @example
 * ```ts
 * import { VaultError } from "strongroom";
 *
 * try {
 *   await vault.fetch("https://api.example.com/v1/me");
 * } catch (error) {
 *   if (error instanceof VaultError && error.code === "signed_out") await vault.login();
 * }
 * ```
 */
export class VaultError extends Error {
  override readonly name = "VaultError";
  /** What went wrong, stable across versions. */
  readonly code: VaultErrorCode;
  /** The endpoints' own code, where they gave one: `reauth_required`, `provider_unreachable` … */
  readonly reason: string | undefined;

  /** @internal */
  constructor(code: VaultErrorCode, detail?: string, reason?: string) {
    super(`${messages[code]}${detail ? `: ${detail}` : reason ? ` (${reason})` : ""}.`);
    this.code = code;
    this.reason = reason || undefined;
  }
}
