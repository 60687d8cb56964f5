/** Why a token was refused. Imports nothing, so that the class is the same one in every entry point. */

/** Every `code` that a {@link TokenError} can carry. */
export type TokenErrorCode =
  // 400: the request itself is not one that can carry a token
  | "invalid_request"
  // 401: no token came
  | "token_missing"
  // 401: the token is refused
  | "token_malformed"
  | "token_too_large"
  | "header_invalid"
  | "critical_unsupported"
  | "algorithm_not_allowed"
  | "key_not_found"
  | "key_unusable"
  | "signature_invalid"
  | "issuer_mismatch"
  | "audience_mismatch"
  | "type_mismatch"
  | "token_expired"
  | "token_not_active"
  | "issued_in_future"
  | "token_too_old"
  | "claim_missing"
  | "claim_invalid"
  // 403: the token is good, and not good for this
  | "scope_insufficient"
  // 503: no verdict is possible now
  | "keys_unavailable"
  // programming errors
  | "config_invalid"
  | "async_required";

/** What a {@link TokenError} is made of. */
export interface TokenErrorInit {
  readonly code: TokenErrorCode;
  readonly message: string;
  readonly status: number;
  readonly wwwAuthenticate?: string | undefined;
  readonly claim?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * A refused token, or a verifier that could not be built or asked. Neither `message` nor any other member holds a token, a
 * key, or a value out of a token.
 *
 * ```ts
 * import { TokenError } from "strongroom/edge";
 * try {
 *   await verifier.verify(request);
 * } catch (error) {
 *   if (error instanceof TokenError && error.code === "token_expired") return renew();
 *   throw error;
 * }
 * ```
 */
export class TokenError extends Error {
  /** Stable; compare this, not the message. */
  readonly code: TokenErrorCode;
  /** The HTTP status that answers it. */
  readonly status: number;
  /** The `WWW-Authenticate` challenge that goes with the status (RFC 6750 §3). */
  readonly wwwAuthenticate: string | undefined;
  /** The name of the claim at fault. */
  readonly claim: string | undefined;
  /** What is wrong, as a stable word. */
  readonly reason: string | undefined;

  constructor(init: TokenErrorInit) {
    super(init.message);
    this.name = "TokenError";
    this.code = init.code;
    this.status = init.status;
    this.wwwAuthenticate = init.wwwAuthenticate;
    this.claim = init.claim;
    this.reason = init.reason;
  }
}

/** A mistake in the program, not in a token. */
export function configInvalid(message: string): TokenError {
  return new TokenError({ code: "config_invalid", message, status: 500 });
}
