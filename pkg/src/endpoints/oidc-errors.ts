/**
 * Failures of the provider as the endpoints' own errors. The originals are dropped: their causes hold tokens and
 * whole answers.
 */
import * as oauth from "oauth4webapi";
import { EndpointsError } from "./errors.ts";

/** The provider cannot be asked just now. */
export function unreachable(retryAfter = 2): EndpointsError {
  return new EndpointsError("provider_unreachable", { retryAfter });
}

/** A failure of the browser's return or of redeeming its code. */
export function fromCallback(error: unknown): EndpointsError {
  if (!(error instanceof oauth.OperationProcessingError)) return fromResponse(error);
  if (error.code === oauth.JWT_CLAIM_COMPARISON) {
    const claim = (error.cause as { claim?: string } | undefined)?.claim;
    if (claim === "nonce") return new EndpointsError("nonce_mismatch");
    return new EndpointsError(claim === "iss" ? "issuer_mismatch" : "id_token_invalid");
  }
  // `state` was compared before, in finding the transaction: what is left of the address is `iss`.
  if (error.code === oauth.INVALID_RESPONSE && hasParameters(error.cause))
    return new EndpointsError("issuer_mismatch");
  return new EndpointsError(isIdToken(error.code) ? "id_token_invalid" : "provider_refused");
}

/** A failure of any other exchange with the provider. */
export function fromResponse(error: unknown): EndpointsError {
  if (error instanceof EndpointsError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    return error.status >= 500 ? unreachable() : new EndpointsError("provider_refused");
  }
  if (
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.AuthorizationResponseError ||
    error instanceof oauth.UnsupportedOperationError ||
    error instanceof oauth.WWWAuthenticateChallengeError
  ) {
    return new EndpointsError("provider_refused");
  }
  return unreachable();
}

function hasParameters(cause: unknown): boolean {
  return typeof cause === "object" && cause !== null && "parameters" in cause;
}

function isIdToken(code: string | undefined): boolean {
  return code !== oauth.RESPONSE_IS_NOT_CONFORM && code !== oauth.RESPONSE_IS_NOT_JSON;
}
