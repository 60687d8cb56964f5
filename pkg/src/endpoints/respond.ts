/** Answers: never cached, never with CORS headers. */
import type { Core, Problem } from "./core.ts";
import { EndpointsError } from "./errors.ts";

/** A JSON answer. */
export function json(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    headers: { "content-type": "application/json", ...BASE, ...headers },
  });
}

/** A problem document (RFC 9457). */
export function problem(document: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(document), {
    status: document.status,
    headers: { "content-type": "application/problem+json", ...BASE, ...headers },
  });
}

/** An answer without a body. */
export function empty(status: number): Response {
  return new Response(null, { status, headers: BASE });
}

/** What an error says to the caller. Anything that is not a refusal is a defect and goes on to the runtime. */
export function refusal(core: Core, error: unknown, headers: Record<string, string> = {}): Response {
  if (!(error instanceof EndpointsError)) throw error;
  const retry = error.retryAfter === undefined ? {} : { "retry-after": String(error.retryAfter) };
  return problem(core.problem(error.code, error.reason), { ...retry, ...headers });
}

/** A redirect after which the address bar shows neither code nor state. */
export function redirect(location: string, cookies: string[]): Response {
  const headers = new Headers({ ...BASE, location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}

const BASE = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
