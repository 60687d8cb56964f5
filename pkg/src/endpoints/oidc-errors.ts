/**
 * Failures of the provider as the endpoints' own errors. The originals are dropped: their causes hold tokens and
 * whole answers.
 */
import * as oauth from "oauth4webapi";
import { EndpointsError } from "./errors.ts";
import { refused } from "./faults.ts";

/** What a provider says at the authorization endpoint where it would answer 5xx if that could be seen (RFC 6749 §4.1.2.1). */
const BUSY = new Set(["server_error", "temporarily_unavailable"]);

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
  return isIdToken(error) ? new EndpointsError("id_token_invalid") : fromResponse(error);
}

/** A failure of any other exchange with the provider. */
export function fromResponse(error: unknown): EndpointsError {
  if (error instanceof EndpointsError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    return error.status >= 500 ? unreachable() : refused(error.error);
  }
  if (error instanceof oauth.AuthorizationResponseError && BUSY.has(error.error)) return unreachable();
  if (error instanceof oauth.AuthorizationResponseError) return refused(error.error);
  // Metadata of another issuer than was asked.
  if (error instanceof oauth.OperationProcessingError && error.code === oauth.JSON_ATTRIBUTE_COMPARISON)
    return new EndpointsError("issuer_mismatch");
  if (
    error instanceof oauth.OperationProcessingError ||
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

/** Whether it is the id token that is wrong or missing, and not the answer around it. */
function isIdToken({ code, cause }: oauth.OperationProcessingError): boolean {
  if (code === oauth.JWT_TIMESTAMP_CHECK || code === oauth.KEY_SELECTION) return true;
  if (code !== oauth.INVALID_RESPONSE) return false;
  if (typeof cause !== "object" || cause === null) return true;
  const body = (cause as { body?: unknown }).body;
  if (body === undefined) return true;
  return typeof body === "object" && body !== null && "access_token" in body && !("id_token" in body);
}
