/**
 * `POST /backchannel`: the provider says that a user has logged out (OpenID Connect Back-Channel Logout 1.0). It comes from a server,
 * so that the browser's guard does not apply: a verified logout token is all that it rests on.
 */
import { openUpstream, shardOf } from "./context.ts";
import type { Context } from "./context.ts";
import { toBase64url, utf8 } from "./encoding.ts";
import { EndpointsError } from "./errors.ts";
import type { Identity, LogoutNotice } from "./provider.ts";
import { readText } from "./read-body.ts";
import { endGrant } from "./refresh.ts";
import { empty } from "./respond.ts";
import { LIFE_SECONDS } from "./transaction.ts";
import type { SessionRow } from "../stores/store.ts";

const MOST_BYTES = 20_000;
/** Seconds for which a used token is remembered: longer than one is accepted. */
const REMEMBERED = 3600;

/** Ends the sessions that a logout token names. Finding none is no error: that is what was asked for. */
export async function backchannel(context: Context, request: Request): Promise<Response> {
  const { provider } = context.options;
  if (!provider.backchannel) throw new EndpointsError("request_invalid");
  if (request.method !== "POST") throw new EndpointsError("method_not_allowed");
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new EndpointsError("content_type_refused");
  const tokens = new URLSearchParams(await readText(request, MOST_BYTES)).getAll("logout_token");
  if (tokens.length !== 1) throw new EndpointsError("request_invalid");
  await obey(context, await provider.backchannel(tokens[0] as string));
  return empty(200);
}

async function obey(context: Context, notice: LogoutNotice): Promise<void> {
  const { store } = context;
  const used = await keyOf(context, "logout", notice.id);
  if ((await store.get(used)) !== undefined) throw new EndpointsError("logout_token_invalid");
  // A login that is under way is not in the list yet: `/callback` looks for this.
  const mark =
    notice.session === undefined ? ["out-subject", notice.subject] : ["out-session", notice.session];
  const key = await keyOf(context, ...(mark as [string, string]));
  // One that comes late takes nothing back of a later one.
  const latest = Math.max(notice.issuedAt, Number((await store.get(key)) ?? 0));
  await store.put(key, String(latest), LIFE_SECONDS);
  const subject = notice.subject ?? (await subjectOf(context, notice.session));
  if (subject !== undefined) await endAll(context, subject, notice);
  // Remembered only now: after a failure half-way the provider may send it again. Until then a second one changes nothing more.
  if (!(await store.putOnce(used, REMEMBERED))) throw new EndpointsError("logout_token_invalid");
}

async function endAll(context: Context, subject: string, notice: LogoutNotice): Promise<void> {
  const { store, options } = context;
  const shard = await shardOf(subject);
  let cursor: string | undefined;
  do {
    const page = await store.list(shard, subject, cursor);
    for (const { family, application } of page.sessions) {
      if (application !== options.provider.application) continue;
      const row = (await store.load(shard, family))?.row;
      if (!row || row.revoked || !(await isMeant(context, row, notice))) continue;
      await store.revoke(shard, family);
      context.waitUntil(endGrant(context, row));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Only sessions from before the logout: a token that comes late, or again, ends no newer one. */
async function isMeant(context: Context, row: SessionRow, notice: LogoutNotice): Promise<boolean> {
  const { providerSession, issuedAt = 0 } = await openUpstream(context, row);
  return (notice.session === undefined || notice.session === providerSession) && issuedAt <= notice.issuedAt;
}

/** What `/callback` keeps so that a logout token without a subject finds the session. */
export async function rememberProviderSession(
  context: Context,
  identity: Identity,
  seconds: number,
): Promise<void> {
  if (!context.options.provider.backchannel || identity.session === undefined) return;
  const key = await keyOf(context, "sid", identity.session);
  await context.store.put(key, await context.sealer.seal("index", key, identity.subject), seconds);
}

/** Whether the provider has ended the login while it was under way. */
export async function isLoggedOut(context: Context, identity: Identity): Promise<boolean> {
  if (!context.options.provider.backchannel) return false;
  for (const [kind, value] of [
    ["out-session", identity.session],
    ["out-subject", identity.subject],
  ] as const) {
    if (value === undefined) continue;
    const at = await context.store.get(await keyOf(context, kind, value));
    if (at !== undefined && (identity.issuedAt ?? 0) <= Number(at)) return true;
  }
  return false;
}

async function subjectOf(context: Context, session: string | undefined): Promise<string | undefined> {
  if (session === undefined) return undefined;
  const key = await keyOf(context, "sid", session);
  const sealed = await context.store.get(key);
  return sealed === undefined ? undefined : context.sealer.open<string>("index", key, sealed);
}

/** A key of the store that tells nothing; applications that share a store do not share keys. */
async function keyOf({ options }: Context, kind: string, value: string): Promise<string> {
  const text = utf8(JSON.stringify([kind, options.provider.application, value]));
  return `${kind}:${toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", text)))}`;
}
