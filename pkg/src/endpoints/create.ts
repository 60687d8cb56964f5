/** `createEndpoints`: configuration, routing, and what becomes of errors. */
import { backchannel } from "./backchannel.ts";
import type { Context, EndpointsOptions, Session } from "./context.ts";
import { Core } from "./core.ts";
import { EndpointsError } from "./errors.ts";
import { guarded, tellFault } from "./faults.ts";
import type { LoadGlue, SessionGlue } from "./glue.ts";
import { metadata, metadataPath } from "./issuer/metadata.ts";
import { signin } from "./issuer/signin.ts";
import { limitAddress } from "./limits.ts";
import { callback, login } from "./login.ts";
import { logout } from "./logout.ts";
import { checkOptions, wrong } from "./options.ts";
import { refresh } from "./refresh.ts";
import { refusal } from "./respond.ts";
import { Sealer } from "./seal.ts";
import { session, sessionOf } from "./session.ts";
import { sessionsOf } from "./sessions.ts";
import type { Sessions } from "./sessions.ts";
import { traced } from "./telemetry.ts";

/** What a runtime passes along with a request. */
export interface RequestContext {
  waitUntil(work: Promise<unknown>): void;
}

/** The endpoints of one application. */
export interface Endpoints<Env = unknown> {
  /** Answers a request to any of the routes. A property, not a method: it may be passed around. */
  readonly fetch: (request: Request, env?: Env, context?: RequestContext) => Promise<Response>;
  /** Who is signed in, for server rendering: reads the request's cookie, gives no token. */
  readonly session: (request: Request, env?: Env) => Promise<Session | undefined>;
  /** Session management for server code; needs `env` once, from `fetch`, `session` or `init`. */
  readonly sessions: Sessions;
  /** Configures with the runtime's `env` ahead of the first request. */
  readonly init: (env: Env) => void;
}

/** What all requests have in common. */
type Configured = Omit<Context, "waitUntil" | "failed">;

/**
 * `createEndpoints` for one way of loading the wasm. `keepAlive`: where the runtime ends what a request began unless
 * told, and no `RequestContext` was passed along.
 */
export function endpointsWith(loadGlue: LoadGlue, keepAlive?: (work: Promise<unknown>) => void) {
  // Once for all endpoints of an isolate: a second instance would take the glue away from the first one's objects.
  let glue: SessionGlue | undefined;
  const load = () => (glue ??= loadGlue());
  return function createEndpoints<Env = unknown>(
    options: EndpointsOptions | ((env: Env) => EndpointsOptions),
  ): Endpoints<Env> {
    let configured: Configured | undefined;
    const configure = (env?: Env) => {
      configured ??= prepare(load, typeof options === "function" ? options(env as Env) : options);
      return configured;
    };
    const detached = (work: Promise<unknown>) => {
      const settled = work.catch(() => undefined);
      keepAlive?.(settled);
    };
    return {
      init: (env) => void configure(env),
      fetch: async (request, env, context) => {
        const waitUntil = (work: Promise<unknown>) => {
          // What a runtime has against it must not cost an answer whose cookie has been committed.
          const kept = context && attempted(() => context.waitUntil(work));
          if (!kept) detached(work);
        };
        return answer({ ...configure(env), waitUntil, failed: ignored }, request);
      },
      session: async (request, env) => {
        try {
          return await sessionOf({ ...configure(env), waitUntil: detached, failed: ignored }, request);
        } catch (error) {
          if (error instanceof EndpointsError && error.code === "session_ended") return undefined;
          throw error;
        }
      },
      sessions: sessionsOf(() => ({ ...configure(), waitUntil: detached, failed: ignored })),
    };
  };
}

/** What is thrown to the host need not be told to it. */
function ignored(): void {}

function attempted(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

async function answer(context: Context, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const base = context.options.path ?? "/auth";
  const name = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length + 1) : "";
  return traced(context, request, name, async (seen) => {
    const failed = (error: unknown) => {
      seen(error);
      tellFault(context.options, error);
    };
    try {
      return await route({ ...context, failed }, request, url, base, name);
    } catch (error) {
      failed(error);
      const allowed = { login: "GET", callback: "GET", signin: "GET, POST" }[name] ?? "POST";
      const isMethod = error instanceof EndpointsError && error.code === "method_not_allowed";
      return refusal(context.core, error, isMethod ? { allow: allowed } : {});
    }
  });
}

async function route(
  context: Context,
  request: Request,
  url: URL,
  base: string,
  name: string,
): Promise<Response> {
  const { local } = context.options.provider;
  if (local && url.pathname === metadataPath(base) && isRead(request)) return metadata(local);
  switch (name) {
    case "login":
      return login(context, request, url);
    case "callback":
      return local ? notFound() : callback(context, request, url);
    case "signin":
      return local ? signin(context, local, request, url) : notFound();
    case "jwks":
      return local && isRead(request) ? local.keyRing.response() : notFound();
    case "refresh":
      context.core.guard(request);
      await limitAddress(context, request);
      return refresh(context, request);
    case "session":
      context.core.guard(request);
      await limitAddress(context, request);
      return session(context, request);
    case "logout":
      context.core.guard(request);
      return logout(context, request, url);
    case "backchannel":
      if (!context.options.provider.backchannel) return notFound();
      await limitAddress(context, request);
      return backchannel(context, request);
    default:
      return notFound();
  }
}

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

function notFound(): Response {
  return new Response(null, { status: 404, headers: { "cache-control": "no-store" } });
}

function prepare(loadGlue: LoadGlue, options: EndpointsOptions): Configured {
  checkOptions(options);
  const { local } = options.provider;
  if (local && !options.origins.some((origin) => local.issuer === origin + (options.path ?? "/auth")))
    throw wrong("issuer: must be one of origins followed by path");
  return {
    options,
    core: coreOf(loadGlue(), options),
    store: guarded(options),
    sealer: new Sealer(options.secrets),
  };
}

/** What the core refuses is the configuration's fault too. It repeats no secret. */
function coreOf(glue: SessionGlue, { secrets, origins, timing }: EndpointsOptions): Core {
  try {
    return new Core(glue, secrets, origins, timing);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : "secrets or timing");
  }
}
