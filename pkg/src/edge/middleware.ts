/** Middleware for what does not speak `Request` and `Response`, and for Hono. `authenticate` in `http.ts` is for the rest. */
import { configInvalid } from "./errors.ts";
import { unauthorized } from "./http.ts";
import type { ChallengeOptions } from "./http.ts";
import type { Verified, Verifier } from "./types.ts";

/** Beside the request, and not on it: nothing that a request's parser sets can be taken for a verified token. */
const passed = new WeakMap<object, Verified>();

/**
 * What a middleware here has verified, by the request of Node or Express, or by Hono's context. Throws `config_invalid` where none
 * ran: a forgotten middleware is an error and not an open door.
 *
 * ```ts
 * import { verifiedOf } from "strongroom/edge";
 * app.get("/me", (request, response) => response.json({ subject: verifiedOf(request).claims.sub }));
 * ```
 */
export function verifiedOf(request: object): Verified {
  const verified = passed.get(request);
  if (!verified) throw configInvalid("this request has passed no middleware that verifies tokens");
  return verified;
}

/** As much as is used of a request of Node's `http`, also as Express hands it on. */
export interface NodeRequest {
  readonly headers: { readonly authorization?: string | undefined };
  /** Shows several `Authorization` headers, of which Node keeps the first. */
  readonly rawHeaders?: readonly string[];
}

/** As much as is used of a response of Node's `http`. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * For Node's `http`, Express and whatever else takes `(request, response, next)`. A refused request is answered; any other error
 * goes to `next`.
 *
 * ```ts
 * import express from "express";
 * import { nodeMiddleware, verifiedOf } from "strongroom/edge";
 * const app = express();
 * app.use(nodeMiddleware(verifier));
 * app.get("/me", (request, response) => response.json({ subject: verifiedOf(request).claims.sub }));
 * ```
 */
export function nodeMiddleware(
  verifier: Verifier,
  options: ChallengeOptions = {},
): (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      passed.set(request, await verifier.verify(request));
    } catch (error) {
      return refuse(error, options, response, next);
    }
    next();
  };
}

async function refuse(
  error: unknown,
  options: ChallengeOptions,
  response: NodeResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  try {
    const answer = unauthorized(error, options);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  } catch (thrown) {
    next(thrown);
  }
}

/** As much as is used of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
}

/**
 * For Hono. A refused request is answered; any other error is Hono's to handle.
 *
 * ```ts
 * import { Hono } from "hono";
 * import { honoMiddleware, verifiedOf } from "strongroom/edge";
 * const app = new Hono();
 * app.use(honoMiddleware(verifier));
 * app.get("/me", (context) => context.json({ subject: verifiedOf(context).claims.sub }));
 * ```
 */
export function honoMiddleware(
  verifier: Verifier,
  options: ChallengeOptions = {},
): (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    try {
      passed.set(context, await verifier.verify(context.req.raw));
    } catch (error) {
      return unauthorized(error, options);
    }
    await next();
    return undefined;
  };
}
