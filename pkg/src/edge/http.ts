/** From a refusal to an HTTP answer, and a middleware in a line. */
import { TokenError } from "./errors.ts";
import type { Verified, Verifier } from "./types.ts";

/** What else a challenge says. */
export interface ChallengeOptions {
  /** The protection space (RFC 9110 §11.5). */
  readonly realm?: string;
  /** Where the resource's metadata is (RFC 9728 §5.1). */
  readonly resourceMetadata?: string;
  /** Further headers of the answer, for example those of CORS. */
  readonly headers?: HeadersInit;
}

/**
 * The answer to a refused token: its status, its `WWW-Authenticate` challenge, and a problem document (RFC 9457). Any other
 * error is thrown on.
 *
 * ```ts
 * import { unauthorized } from "strongroom/edge";
 * try {
 *   const { claims } = await verifier.verify(request);
 *   return Response.json({ subject: claims.sub });
 * } catch (error) {
 *   return unauthorized(error);
 * }
 * ```
 */
export function unauthorized(error: unknown, options: ChallengeOptions = {}): Response {
  if (!(error instanceof TokenError) || error.code === "config_invalid" || error.code === "async_required")
    throw error;
  const { status, code, message, claim, reason } = error;
  const headers = new Headers(options.headers);
  headers.set("content-type", "application/problem+json");
  headers.set("cache-control", "no-store");
  if (error.wwwAuthenticate !== undefined)
    headers.set("www-authenticate", challenge(error.wwwAuthenticate, options));
  if (status === 503) headers.set("retry-after", "5");
  const body = {
    type: "about:blank",
    title: TITLES[status] ?? "Error",
    status,
    code,
    detail: message,
    claim,
    reason,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/**
 * Wraps a handler: it is called with the verified token, and a refused request is answered with {@link unauthorized}.
 *
 * ```ts
 * import { authenticate, createVerifier } from "strongroom/edge";
 * const verifier = createVerifier(options);
 * export default { fetch: authenticate(verifier, (request, { claims }) => Response.json({ subject: claims.sub })) };
 * ```
 */
export function authenticate<Rest extends unknown[]>(
  verifier: Verifier,
  handler: (request: Request, verified: Verified, ...rest: Rest) => Response | Promise<Response>,
  options: ChallengeOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    let verified: Verified;
    try {
      verified = await verifier.verify(request);
    } catch (error) {
      return unauthorized(error, options);
    }
    return handler(request, verified, ...rest);
  };
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  503: "Service Unavailable",
};

function challenge(base: string, { realm, resourceMetadata }: ChallengeOptions): string {
  const parameters = [base.slice("Bearer".length).trim()];
  if (resourceMetadata !== undefined) parameters.push(`resource_metadata=${quote(resourceMetadata)}`);
  if (realm !== undefined) parameters.unshift(`realm=${quote(realm)}`);
  return ["Bearer", parameters.filter((parameter) => parameter !== "").join(", ")].filter(Boolean).join(" ");
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
