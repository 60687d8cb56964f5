/** Finds the bearer token of a request (RFC 6750 §2.1). The form body and the query are not looked at. */
import { TokenError } from "./errors.ts";

/** The token in the `Authorization` header. Throws `token_missing` or `invalid_request`. */
export function bearerToken(request: { readonly headers: { get(name: string): string | null } }): string {
  const header = request.headers.get("authorization");
  if (header === null) {
    // RFC 6750 §3.1: a request without credentials is challenged without an error code.
    throw new TokenError({
      code: "token_missing",
      message: "the request has no Authorization header",
      status: 401,
      wwwAuthenticate: "Bearer",
    });
  }
  const match = /^bearer +([^\s,]+)$/i.exec(header);
  if (!match?.[1]) {
    const message = "the Authorization header is not one bearer token";
    throw new TokenError({
      code: "invalid_request",
      message,
      status: 400,
      wwwAuthenticate: `Bearer error="invalid_request", error_description="${message}"`,
    });
  }
  return match[1];
}
