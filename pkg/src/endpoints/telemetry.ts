/**
 * A span for each request, for OpenTelemetry: `trace.getTracer("app")` of `@opentelemetry/api` is a `Tracer`, and nothing of it is
 * needed here. Attributes name what happened and how it ended; no token, no cookie, no address, no subject.
 */
import type { Context } from "./context.ts";
import { EndpointsError } from "./errors.ts";

/** As much of OpenTelemetry's `Tracer` as is used. */
export interface Tracer {
  startSpan(name: string, options?: { kind?: number; attributes?: Record<string, string | number> }): Span;
}

/** As much of its `Span`. */
export interface Span {
  setAttribute(key: string, value: string | number): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

const SERVER = 1;
const ERROR = 2;
const ROUTES = new Set([
  "login",
  "callback",
  "signin",
  "jwks",
  "refresh",
  "session",
  "logout",
  "backchannel",
]);
const METHODS = new Set(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"]);

/** Runs `work` inside a span. A tracer that fails costs nobody anything. */
export async function traced(
  { options }: Context,
  request: Request,
  name: string,
  work: (failed: (error: unknown) => void) => Promise<Response>,
): Promise<Response> {
  const { tracer } = options;
  if (!tracer) return work(() => undefined);
  // Names of routes are a short list; a path that somebody made up is none.
  const route = ROUTES.has(name) ? `${options.path ?? "/auth"}/${name}` : "other";
  const method = METHODS.has(request.method) ? request.method : "_OTHER";
  const attributes = { "http.request.method": method, "http.route": route };
  const span = quietly(() => tracer.startSpan(`${method} ${route}`, { kind: SERVER, attributes }));
  const set = (key: string, value: string | number) => quietly(() => span?.setAttribute(key, value));
  try {
    const response = await work((error) => {
      if (!(error instanceof EndpointsError)) return;
      set("error.type", error.code);
      if (error.reason !== undefined) set("strongroom.reason", error.reason);
    });
    set("http.response.status_code", response.status);
    const outcome = response.headers.get("strongroom-outcome");
    if (outcome !== null) set("strongroom.outcome", outcome);
    if (response.status >= 500) quietly(() => span?.setStatus({ code: ERROR }));
    return response;
  } catch (error) {
    set("error.type", "defect");
    quietly(() => span?.setStatus({ code: ERROR }));
    throw error;
  } finally {
    quietly(() => span?.end());
  }
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
