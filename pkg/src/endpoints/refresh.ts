/** `POST /refresh`: one access token, and the next handle where the rotation says so. */
import { changeOf, openUpstream, requireOwner } from "./context.ts";
import type { CachedToken, Context, Session } from "./context.ts";
import type { Decision, Times } from "./core.ts";
import { EndpointsError } from "./errors.ts";
import type { Resource } from "./provider.ts";
import { limitSession } from "./limits.ts";
import { load } from "./load.ts";
import { readBody } from "./read-body.ts";
import { json, problem } from "./respond.ts";
import { obtainToken } from "./tokens.ts";
import type { Loaded, SessionRow } from "../stores/store.ts";

/** How often a lost compare-and-swap is decided again: more than requests one session ever has at once. */
const MOST_TRIES = 200;

/** Answers a refresh whose request passed the guard. */
export async function refresh(context: Context, request: Request): Promise<Response> {
  const { core, options } = context;
  const cookies = request.headers.get("cookie") ?? undefined;
  const attempt = request.headers.get("strongroom-attempt") ?? "";
  const resource = resolve(options.provider.resources, await readBody(request));
  const { shard, family } = core.locate(cookies);
  await limitSession(context, family);

  let loaded = await load(context, shard, family);
  let token: CachedToken | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { row, now } = loaded;
    const decision = core.decide(row.record, cookies, attempt, now);
    if (decision.mint && token === undefined) {
      // Got before the new state is written: a provider that is down burns no generation.
      const obtained = await obtainToken(context, shard, loaded, resource);
      token = obtained.token;
      if (obtained.loaded !== loaded) {
        loaded = obtained.loaded;
        continue;
      }
    }
    if (decision.write !== undefined && !(await commit(context, shard, row, decision))) {
      // Spread out: of many tabs at once each try lets one through.
      await sleep(Math.random() * Math.min(256, 4 * 2 ** tries));
      loaded = await load(context, shard, family);
      continue;
    }
    report(context, shard, row, decision);
    return answer(context, shard, loaded, decision, token);
  }
  throw new EndpointsError("store_unavailable", { retryAfter: 1 });
}

/** A session as the page sees it. */
export async function describe(
  context: Context,
  shard: string,
  row: SessionRow,
  times: Times,
): Promise<Session> {
  const upstream = await openUpstream(context, row);
  requireOwner(context, shard, row, upstream, "session");
  return {
    id: `${shard}.${row.family}`,
    subject: row.subject,
    claims: upstream.claims,
    auth_time: seconds(times.authTime),
    expires_at: seconds(times.absoluteExpiresAt),
    idle_expires_at: seconds(times.idleExpiresAt),
  };
}

/** What was asked for, within what is configured. */
export function resolve(
  resources: readonly Resource[],
  asked: { audience?: unknown; scope?: unknown },
): Resource {
  const audience = asked.audience ?? resources[0]?.audience;
  const resource = resources.find((candidate) => candidate.audience === audience);
  if (!resource) throw new EndpointsError("resource_unknown");
  if (asked.scope === undefined) return resource;
  if (typeof asked.scope !== "string") throw new EndpointsError("request_invalid");
  const allowed = resource.scope.split(" ");
  const wanted = [...new Set(asked.scope.split(" ").filter(Boolean))];
  if (wanted.length === 0 || !wanted.every((scope) => allowed.includes(scope))) {
    throw new EndpointsError("scope_refused");
  }
  return { ...resource, scope: wanted.join(" ") };
}

async function commit(
  context: Context,
  shard: string,
  row: SessionRow,
  decision: Decision,
): Promise<boolean> {
  const { write: record = row.record, idleExpiresAt, revoked } = decision;
  // A revoked session keeps nothing of the provider's.
  const rest = revoked ? { revoked, sealed: null, lease: null } : {};
  const { ok } = await context.store.cas(shard, row.family, row.version, {
    ...changeOf(row),
    ...{ record, idleExpiresAt },
    ...rest,
  });
  if (ok && revoked) context.waitUntil(endGrant(context, row));
  return ok;
}

/** Best effort: the session is over whether or not the provider hears of it. */
export async function endGrant(context: Context, row: SessionRow): Promise<void> {
  const { refreshToken } = await openUpstream(context, row);
  if (refreshToken !== null) await context.options.provider.revoke(refreshToken).catch(() => undefined);
}

async function answer(
  context: Context,
  shard: string,
  { row, now }: Loaded,
  decision: Decision,
  token: CachedToken | undefined,
): Promise<Response> {
  const headers: Record<string, string> = { "strongroom-outcome": decision.outcome };
  if (decision.problem) return problem(decision.problem, headers);
  if (!token) throw new Error("a refresh without a problem must carry a token");
  if (decision.setCookie !== undefined) headers["set-cookie"] = decision.setCookie;
  const body = {
    access_token: token.accessToken,
    token_type: "Bearer",
    expires_in: Math.max(0, seconds(token.expiresAt - now)),
    scope: token.scope,
    session: await describe(context, shard, row, decision),
  };
  return json(body, headers);
}

function report(context: Context, shard: string, row: SessionRow, decision: Decision): void {
  const { outcome, alert } = decision;
  const event = { route: "refresh" as const, outcome, session: `${shard}.${row.family}` };
  const { onOutcome } = context.options;
  // Beside the answer: a slow or failing hook must not cost a browser its cookie.
  if (onOutcome)
    context.waitUntil(settled(() => onOutcome(alert === undefined ? event : { ...event, alert })));
}

async function settled(work: () => void | Promise<void>): Promise<void> {
  await work();
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
