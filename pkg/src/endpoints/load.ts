/** Reading a session's row. */
import type { Context } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import type { Loaded } from "../stores/store.ts";

/** The row as it is now; throws `session_ended` if it is gone, revoked, or another application's. */
export async function load(context: Context, shard: string, family: string): Promise<Loaded> {
  const loaded = await context.store.load(shard, family);
  // Applications may share store and secrets, never sessions: each has its own grant at the provider.
  if (!loaded || loaded.row.application !== context.options.provider.application) {
    throw new EndpointsError("session_ended", { reason: "unknown" });
  }
  if (loaded.row.revoked) throw new EndpointsError("session_ended", { reason: "revoked" });
  return loaded;
}

/** A session, and where it is. */
export interface Found {
  shard: string;
  family: string;
  loaded: Loaded;
}

/** The same where having no session is an answer too. */
export async function find(context: Context, cookies: string | undefined): Promise<Found | undefined> {
  try {
    const { shard, family } = context.core.locate(cookies);
    return { shard, family, loaded: await load(context, shard, family) };
  } catch (error) {
    if (error instanceof EndpointsError && error.code === "session_ended") return undefined;
    throw error;
  }
}
