/** Finds the bearer token of a request (RFC 6750 §2.1). The form body and the query are not looked at. */
import { TokenError } from "./errors.ts";

/** A request, as far as it is looked at. */
interface WithHeaders {
  readonly headers: { get(name: string): string | null };
}

/** The token itself, or the one that a request bears. Throws `token_missing` or `invalid_request`. */
export function tokenOf(input: string | Request): string {
  if (typeof input === "string") return input;
  const headers = (input as Partial<WithHeaders> | null | undefined)?.headers;
  if (typeof headers?.get !== "function") throw invalidRequest("a token is a string, or in a Request");
  return bearerToken(headers.get("authorization"));
}

/** The argument of a call that takes no request. */
export function tokenString(token: unknown): string {
  if (typeof token !== "string") throw invalidRequest("a token is a string");
  return token;
}

function bearerToken(header: string | null): string {
  if (header === null) {
    // RFC 6750 §3.1: a request without credentials is challenged without an error code.
    const message = "the request has no Authorization header";
    throw new TokenError({ code: "token_missing", message, status: 401, wwwAuthenticate: "Bearer" });
  }
  const match = /^bearer +([^\s,]+)$/i.exec(header);
  if (!match?.[1]) throw invalidRequest("the Authorization header is not one bearer token");
  return match[1];
}

function invalidRequest(message: string): TokenError {
  const wwwAuthenticate = `Bearer error="invalid_request", error_description="${message}"`;
  return new TokenError({ code: "invalid_request", message, status: 400, wwwAuthenticate });
}
