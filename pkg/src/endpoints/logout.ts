/** `POST /logout`: ends the session here and at the provider. Its answers always clear the cookie. */
import type { Context } from "./context.ts";
import { find } from "./load.ts";
import { readBody } from "./read-body.ts";
import { endGrant } from "./refresh.ts";
import { json, refusal } from "./respond.ts";

/** Answers a request that passed the guard. */
export async function logout(context: Context, request: Request): Promise<Response> {
  const { core, options } = context;
  const cleared = { "set-cookie": core.clearCookie() };
  try {
    const { everywhere } = await readBody(request);
    await end(context, request.headers.get("cookie") ?? undefined, everywhere === true);
    const home = `${options.apps?.[0] ?? options.origins[0]}/`;
    // A provider that is down must not keep anybody signed in.
    const url = await options.provider.logoutUrl(home).catch(() => undefined);
    return json(url === undefined ? {} : { logout_url: url }, cleared);
  } catch (error) {
    return refusal(core, error, cleared);
  }
}

async function end(context: Context, cookies: string | undefined, everywhere: boolean): Promise<void> {
  const { core, store } = context;
  const found = await find(context, cookies);
  // Nobody is signed in: that is what was asked for.
  if (!found) return;
  const { shard, family } = found;
  const { row, now } = found.loaded;
  await store.revoke(shard, family);
  context.waitUntil(endGrant(context, row));
  if (everywhere) {
    // Only a handle that is still good may end other sessions than its own.
    core.inspect(row.record, cookies, now);
    await store.revokeSubject(shard, row.subject, now);
  }
}
