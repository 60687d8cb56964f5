/** Finds the bearer token of a request (RFC 6750 §2.1). The form body and the query are not looked at. */
import { TokenError } from "./errors.ts";
import type { TokenBearer } from "./types.ts";

/** The token itself, or the one that a request bears. Throws `token_missing` or `invalid_request`. */
export function tokenOf(input: string | TokenBearer): string {
  if (typeof input === "string") return input;
  const headers: unknown = (input as Partial<TokenBearer> | null | undefined)?.headers;
  if (typeof headers !== "object" || headers === null)
    throw invalidRequest("a token is a string, or in a request");
  if ("get" in headers && typeof headers.get === "function") return bearerToken(headers.get("authorization"));
  // Node keeps the first of several and drops the rest: another server on the way may have read the last.
  const { rawHeaders } = input as { readonly rawHeaders?: unknown };
  const names = Array.isArray(rawHeaders) ? rawHeaders.filter((_, index) => index % 2 === 0) : [];
  const given = names.filter((name) => String(name).toLowerCase() === "authorization").length;
  if (given > 1) throw invalidRequest("the request has several Authorization headers");
  return bearerToken((headers as { authorization?: unknown }).authorization);
}

/** The argument of a call that takes no request. */
export function tokenString(token: unknown): string {
  if (typeof token !== "string") throw invalidRequest("a token is a string");
  return token;
}

function bearerToken(header: unknown): string {
  if (header === null || header === undefined) {
    // RFC 6750 §3.1: a request without credentials is challenged without an error code.
    const message = "the request has no Authorization header";
    throw new TokenError({ code: "token_missing", message, status: 401, wwwAuthenticate: "Bearer" });
  }
  const match = /^bearer +([^\s,]+)$/i.exec(String(header));
  if (!match?.[1]) throw invalidRequest("the Authorization header is not one bearer token");
  return match[1];
}

function invalidRequest(message: string): TokenError {
  const wwwAuthenticate = `Bearer error="invalid_request", error_description="${message}"`;
  return new TokenError({ code: "invalid_request", message, status: 400, wwwAuthenticate });
}
