/** Sessions as server code manages them: no request, no cookie. */
import { shardOf } from "./context.ts";
import type { Context } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import { load } from "./load.ts";
import { endGrant, resolve } from "./refresh.ts";
import { obtainToken } from "./tokens.ts";

/** One entry of a list. Times are milliseconds since the epoch. */
export interface SessionEntry {
  id: string;
  application: string;
  createdAt: number;
  idleExpiresAt: number;
  absoluteExpiresAt: number;
}

/** Management of sessions. */
export interface Sessions {
  /** The subject's live sessions, newest first. */
  list(
    subject: string,
    options?: { cursor?: string },
  ): Promise<{ sessions: SessionEntry[]; cursor?: string }>;
  /** Ends one session, here and at the provider. */
  revoke(id: string): Promise<void>;
  /** Ends every session of the subject. */
  revokeAll(subject: string): Promise<void>;
  /** Ends and deletes every session of the subject: for a user who is deleted. */
  deleteAll(subject: string): Promise<void>;
  /** An access token of a session, for server code without a request. Throws `EndpointsError`. */
  accessToken(
    id: string,
    resource: { audience?: string; scope?: string },
  ): Promise<{ accessToken: string; scope: string; expiresAt: number }>;
}

/** The management of one configured set of endpoints. */
export function sessionsOf(contextOf: () => Context): Sessions {
  return {
    async list(subject, options = {}) {
      const shard = await shardOf(subject);
      const page = await contextOf().store.list(shard, subject, options.cursor);
      const sessions = page.sessions.map(({ family, ...entry }) => ({ id: `${shard}.${family}`, ...entry }));
      return page.cursor === undefined ? { sessions } : { sessions, cursor: page.cursor };
    },
    async revoke(id) {
      const context = contextOf();
      const { shard, family } = parse(id);
      const loaded = await context.store.load(shard, family);
      // What else is kept in a store is no user's session.
      if (loaded && (await shardOf(loaded.row.subject)) !== shard)
        throw new EndpointsError("request_invalid");
      await context.store.revoke(shard, family);
      // Another application's refresh token is not for this one's provider to see.
      const ours = loaded?.row.application === context.options.provider.application;
      if (loaded && ours && !loaded.row.revoked) await endGrant(context, loaded.row);
    },
    async revokeAll(subject) {
      const { store } = contextOf();
      const shard = await shardOf(subject);
      await store.revokeSubject(shard, subject, await store.now(shard));
    },
    async deleteAll(subject) {
      await contextOf().store.deleteSubject(await shardOf(subject), subject);
    },
    async accessToken(id, asked) {
      const context = contextOf();
      const { shard, family } = parse(id);
      const loaded = await load(context, shard, family);
      const { row, now } = loaded;
      if (Math.min(row.idleExpiresAt, row.absoluteExpiresAt) <= now) {
        throw new EndpointsError("session_ended", { reason: "expired" });
      }
      const resource = resolve(context.options.provider.resources, asked);
      // Its tokens are for a user who is there.
      if (resource.offlineAccess === false) throw new EndpointsError("resource_unknown");
      const { token } = await obtainToken(context, shard, loaded, resource);
      return { accessToken: token.accessToken, scope: token.scope, expiresAt: token.expiresAt };
    },
  };
}

/** A shard's 9 bytes and a family's 16, as they are encoded. */
const ID = /^([\w-]{12})\.([\w-]{21}[AQgw])$/;

function parse(id: string): { shard: string; family: string } {
  const [, shard, family] = ID.exec(id) ?? [];
  if (!shard || !family) throw new EndpointsError("request_invalid");
  return { shard, family };
}
