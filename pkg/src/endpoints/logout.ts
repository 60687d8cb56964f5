/** `POST /logout`: ends the session here and at the provider. What it answers to a request that it understands clears the cookie. */
import type { Context } from "./context.ts";
import { find, load } from "./load.ts";
import type { Found } from "./load.ts";
import { homeOf } from "./login.ts";
import { readBody } from "./read-body.ts";
import { endGrant } from "./refresh.ts";
import { json, refusal } from "./respond.ts";

/** Answers a request that passed the guard. */
export async function logout(context: Context, request: Request, url: URL): Promise<Response> {
  const { core, options } = context;
  // Whoever asks for nothing that can be understood has ended nothing, and keeps the cookie.
  const { everywhere } = await readBody(request);
  const cookies = request.headers.get("cookie") ?? undefined;
  const cleared = { "set-cookie": core.clearCookie() };
  try {
    await (everywhere === true ? endAll(context, cookies) : end(context, await find(context, cookies)));
    const home = homeOf(context, url);
    // A provider that is down must not keep anybody signed in.
    const at = await options.provider.logoutUrl(home).catch(() => undefined);
    return json(at === undefined ? {} : { logout_url: at }, cleared);
  } catch (error) {
    return refusal(core, error, cleared);
  }
}

/** Ends one session. None to end: that is what was asked for. */
async function end(context: Context, found: Found | undefined): Promise<void> {
  if (!found) return;
  await context.store.revoke(found.shard, found.family);
  context.waitUntil(endGrant(context, found.loaded.row));
}

/** Ends all of the subject's, its own last: as long as it lives the others can be ended still. */
async function endAll(context: Context, cookies: string | undefined): Promise<void> {
  const { core, store } = context;
  const { shard, family } = core.locate(cookies);
  const found = { shard, family, loaded: await load(context, shard, family) };
  const { row, now } = found.loaded;
  try {
    // Only a handle that is still good may end other sessions than its own.
    core.inspect(row.record, cookies, now);
  } catch (error) {
    await end(context, found);
    throw error;
  }
  await store.revokeSubject(shard, row.subject, now);
  await end(context, found);
}
