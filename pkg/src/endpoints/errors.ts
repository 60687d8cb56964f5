/** Every way in which the endpoints can refuse, as a stable code. */
export const CODES = [
  "method_not_allowed",
  "origin_refused",
  "fetch_site_refused",
  "content_type_refused",
  "attempt_missing",
  "request_invalid",
  "resource_unknown",
  "scope_refused",
  "return_to_refused",
  "state_invalid",
  "issuer_mismatch",
  "nonce_mismatch",
  "id_token_invalid",
  "logout_token_invalid",
  "provider_refused",
  "session_ended",
  "reauth_required",
  "duplicate_attempt",
  "rate_limited",
  "provider_unreachable",
  "store_unavailable",
  "config_invalid",
] as const;

/** One of them. */
export type EndpointsErrorCode = (typeof CODES)[number];

/** Why a session has ended. */
export type EndReason = "missing" | "malformed" | "unknown" | "expired" | "revoked" | "reuse";

/**
 * What server code gets from `auth.sessions`; handlers turn it into a problem document. It never carries a token, a
 * cookie or a provider's answer, not even as its cause.
 *
 * @example
 * ```ts
 * import { EndpointsError } from "strongroom/endpoints";
 *
 * const ended = (error: unknown) => error instanceof EndpointsError && error.code === "session_ended";
 * ```
 */
export class EndpointsError extends Error {
  override readonly name = "EndpointsError";
  readonly code: EndpointsErrorCode;
  readonly reason: EndReason | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    code: EndpointsErrorCode,
    options: { message?: string; reason?: EndReason | undefined; retryAfter?: number } = {},
  ) {
    super(options.message ?? code.replaceAll("_", " "));
    this.code = code;
    this.reason = options.reason;
    this.retryAfter = options.retryAfter;
  }
}
