/** `POST /session`: who is signed in and until when. No token, no write. */
import type { Context, Session } from "./context.ts";
import { limitSession } from "./limits.ts";
import { load } from "./load.ts";
import { describe } from "./refresh.ts";
import { json } from "./respond.ts";

/** Answers a request that passed the guard. */
export async function session(context: Context, request: Request): Promise<Response> {
  const { family } = context.core.locate(request.headers.get("cookie") ?? undefined);
  await limitSession(context, family);
  return json({ session: await sessionOf(context, request) });
}

/** The session of a request's cookie; throws `session_ended`. */
export async function sessionOf(context: Context, request: Request): Promise<Session> {
  const cookies = request.headers.get("cookie") ?? undefined;
  const { shard, family } = context.core.locate(cookies);
  const { row, now } = await load(context, shard, family);
  return describe(context, shard, row, context.core.inspect(row.record, cookies, now));
}
