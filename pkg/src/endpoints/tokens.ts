/**
 * Access tokens of a session for one (audience, scope): out of the sealed cache while they live long enough, else from
 * the provider. Many isolates may want one at once, and a strict provider revokes everything when it sees a refresh
 * token twice: so whoever asks it holds a fenced lease in the row, and the rotated refresh token is written before
 * anything is answered. Who may ask, and what an outcome does to the row, the core decides (src/session/lease.rs).
 */
import { changeOf, openUpstream, requireOwner } from "./context.ts";
import type { CachedToken, Context, Upstream } from "./context.ts";
import type { Used } from "./core.ts";
import { random } from "./encoding.ts";
import { EndpointsError } from "./errors.ts";
import { refused } from "./faults.ts";
import { claimsAtRenewal } from "./hook.ts";
import { mint } from "./issuer/mint.ts";
import type { Grant } from "./issuer/mint.ts";
import type { IssuerOptions } from "./issuer/types.ts";
import { LATE, within } from "./late.ts";
import { load } from "./load.ts";
import type { Resource } from "./provider.ts";
import type { Lease, Loaded, SessionRow } from "../stores/store.ts";

/** A token that may be given out, and the row as it is after getting it. */
export interface Obtained {
  token: CachedToken;
  loaded: Loaded;
}

/** The most tokens kept for one session. */
const KEPT = 16;

/** Gets a token. `loaded` must be fresh from the store. */
export async function obtainToken(
  context: Context,
  shard: string,
  loaded: Loaded,
  resource: Resource,
): Promise<Obtained> {
  const { options } = context;
  const deadline = Date.now() + options.provider.timeout;
  let upstream = await openUpstream(context, loaded.row);
  requireOwner(context, shard, loaded.row, upstream, "refresh");
  const { local } = options.provider;
  if (local) return { token: await made(context, local, shard, loaded, upstream, resource), loaded };
  for (let wait = 40; ;) {
    const { row, now } = loaded;
    const cached = upstream.tokens[keyOf(resource)];
    const next = stepOf(context, row, now, upstream, cached);
    if (cached && next.step === "give") return { token: cached, loaded };
    if (cached && next.step === "give_old") return { token: cached, loaded };
    if (next.step === "reauth") throw new EndpointsError("reauth_required");
    if (next.step === "ask") {
      const lease = { holder: random(9), number: next.number, until: next.until };
      const held = await take(context, shard, row, lease);
      if (held) {
        // While this one asks, others get the old token, if it still serves; and so does this one, if the provider is slow.
        const spare =
          stepOf(context, held.row, held.now, upstream, cached).step === "give_old" ? cached : undefined;
        const work = renew(context, shard, held, upstream, resource, spare);
        // Its outcome is written even if this request is gone by then.
        context.waitUntil(work.catch(() => undefined));
        const obtained = await within(deadline - Date.now(), work);
        if (obtained === LATE && spare) return { token: spare, loaded: held };
        if (obtained === LATE) throw unreachable();
        if (obtained) return obtained;
      }
    } else {
      if (Date.now() > deadline) throw unreachable();
      await sleep(wait * (0.5 + Math.random()));
      wait = Math.min(300, wait * 1.5);
    }
    loaded = await load(context, shard, row.family);
    if (loaded.row.sealed !== row.sealed) upstream = await openUpstream(context, loaded.row);
  }
}

function stepOf(
  { core, options }: Context,
  { lease }: SessionRow,
  now: number,
  { refreshToken }: Upstream,
  cached: CachedToken | undefined,
) {
  return core.upstreamStep(cached, lease, refreshToken !== null, now, options.provider.patience);
}

/** Takes the lease; undefined if another write was faster. One whose acknowledgement was lost is ours all the same. */
async function take(
  context: Context,
  shard: string,
  row: SessionRow,
  lease: Lease,
): Promise<Loaded | undefined> {
  let lost: { error: unknown } | undefined;
  try {
    const change = { ...changeOf(row), lease };
    const { ok, now } = await context.store.cas(shard, row.family, row.version, change);
    if (ok) return { now, row: { ...row, lease, version: row.version + 1 } };
  } catch (error) {
    lost = { error };
  }
  const loaded = await load(context, shard, row.family);
  if (loaded.row.lease?.holder === lease.holder && loaded.row.sealed === row.sealed) return loaded;
  if (lost) throw lost.error;
  return undefined;
}

/** A token of our own: nobody is asked, so that no lease is needed. None is kept: `onIssue` decides about each, and a key may go. */
async function made(
  { store }: Context,
  local: IssuerOptions,
  shard: string,
  { row, now }: Loaded,
  { refreshToken }: Upstream,
  resource: Resource,
): Promise<CachedToken> {
  if (refreshToken === null) throw new EndpointsError("reauth_required");
  const grant = JSON.parse(refreshToken) as Grant;
  const bearer = { ...grant, reason: "refresh" as const, subject: row.subject, shard, family: row.family };
  const { accessToken, scope, expiresIn } = await mint(local, store, bearer, resource);
  return { accessToken, scope, lifetime: expiresIn * 1000, expiresAt: now + expiresIn * 1000 };
}

/** Asks the provider under the lease. Undefined: the row says something newer, look again. */
async function renew(
  context: Context,
  shard: string,
  held: Loaded,
  upstream: Upstream,
  resource: Resource,
  spare: CachedToken | undefined,
): Promise<Obtained | undefined> {
  const lease = held.row.lease as Lease;
  // On this isolate's clock: until then nobody else uses the refresh token.
  const leasedUntil = Date.now() + lease.until - held.now;
  const settled = (outcome: Used, store?: (current: Upstream, now: number) => Upstream, goesOn = false) =>
    settle(context, shard, held, upstream.number, leasedUntil, outcome, store, goesOn);
  const renewal = await context.options.provider.renew(upstream.refreshToken as string, resource);
  switch (renewal.outcome) {
    case "granted": {
      const { accessToken, scope, expiresIn, refreshToken } = renewal.granted;
      // The session ended meanwhile: nobody will ever use what the provider has just given.
      const orRevoke = <T>(work: Promise<T>) =>
        work.catch(async (error: unknown) => {
          if (isEnded(error) && refreshToken !== undefined)
            await context.options.provider.revoke(refreshToken).catch(() => undefined);
          throw error;
        });
      if (renewal.identity && renewal.identity.subject !== held.row.subject) {
        // Another user's tokens: none of them may be kept.
        await settled("unused");
        throw new EndpointsError("provider_refused");
      }
      const next = (current: Upstream) => ({
        ...current,
        refreshToken: refreshToken ?? current.refreshToken,
      });
      // The provider has moved on already: its refresh token does not wait for the hook in memory.
      if (context.options.onSession && refreshToken !== undefined) {
        if (!(await orRevoke(settled("granted", next, true)))) return undefined;
      }
      const asked = await claimsAtRenewal(context, held.row, upstream, renewal.identity, leasedUntil);
      // Counted from before the request, so that it never lives longer here than at the provider.
      const lifetime = expiresIn * 1000;
      const token = { accessToken, scope, lifetime, expiresAt: held.now + lifetime };
      const work = settled("granted", (current, now) => ({
        ...next(current),
        ...(asked.claims
          ? { claims: asked.claims, tokens: keep(current.tokens, keyOf(resource), token, now) }
          : {}),
      }));
      const loaded = await orRevoke(work);
      if (!asked.claims) throw asked.error;
      return loaded && { token, loaded };
    }
    case "ended": {
      const loaded = await settled("ended");
      const current = loaded && (await openUpstream(context, loaded.row));
      if (!current || current.refreshToken !== null) return undefined;
      throw new EndpointsError("reauth_required");
    }
    case "refused":
    case "unsent": {
      const rotated = renewal.outcome === "refused" ? renewal.refreshToken : undefined;
      const loaded = await (rotated === undefined
        ? settled("unused")
        : settled("rotated", (current) => ({ ...current, refreshToken: rotated })));
      if (loaded && spare) return { token: spare, loaded };
      throw renewal.outcome === "refused" ? refused(renewal.said) : unreachable();
    }
    case "unknown": {
      // The refresh token may be spent. The provider gets a moment to finish; then it is tried once more.
      const loaded = await settled("unknown");
      if (loaded && spare) return { token: spare, loaded };
      throw unreachable();
    }
  }
}

/**
 * Writes the outcome and gives the lease back, unless it `goesOn`. The provider has perhaps rotated, and nobody else may ask it
 * meanwhile: a store that is away is tried as long as the lease lasts. Undefined: a later holder has written already, and its
 * state stands.
 */
async function settle(
  context: Context,
  shard: string,
  held: Loaded,
  before: number,
  leasedUntil: number,
  outcome: Used,
  store: (current: Upstream, now: number) => Upstream = (current) => current,
  goesOn = false,
): Promise<Loaded | undefined> {
  const { family } = held.row;
  const lease = held.row.lease as Lease;
  let loaded = held;
  for (let failures = 0; ;) {
    try {
      const { row, now } = loaded;
      const current = await openUpstream(context, row);
      const decided = context.core.upstreamSettle(
        ...([lease.number, before, current.number, row.lease, outcome, now] as const),
      );
      if (decided.change === "superseded") return undefined;
      const next = changed(current, decided.change, lease, now, store);
      const sealed = next === current ? row.sealed : await context.sealer.seal("upstream", family, next);
      const released = row.lease && !goesOn ? { ...row.lease, until: decided.until } : row.lease;
      const written = { ...changeOf(row), sealed, lease: released };
      const { ok, now: at } = await context.store.cas(shard, family, row.version, written);
      if (ok) return { now: at, row: { ...row, ...written, version: row.version + 1 } };
      loaded = await load(context, shard, family);
    } catch (error) {
      const isStore = error instanceof EndpointsError && error.code === "store_unavailable";
      if (!isStore || (++failures > 4 && Date.now() > leasedUntil)) throw error;
      await sleep(Math.min(1000, 50 * 2 ** failures));
    }
  }
}

function changed(
  current: Upstream,
  change: "store" | "forget" | "keep",
  { number }: Lease,
  now: number,
  store: (current: Upstream, now: number) => Upstream,
): Upstream {
  switch (change) {
    case "store":
      return { ...store(current, now), number };
    case "forget":
      return { ...current, refreshToken: null };
    case "keep":
      return current;
  }
}

/** Exactly this audience and this scope: a token that can do more is never given for less. */
function keyOf({ audience, scope }: Resource): string {
  return `${audience} ${scope.split(" ").sort().join(" ")}`;
}

/** Adds a token as `/callback` does, for the resource it was granted for. */
export function firstTokens(resource: Resource, token: CachedToken): Record<string, CachedToken> {
  const wanted = keyOf(resource);
  // Only if the provider granted just what was asked for.
  return wanted === keyOf({ ...resource, scope: token.scope }) ? { [wanted]: token } : {};
}

function keep(tokens: Record<string, CachedToken>, key: string, token: CachedToken, now: number) {
  const live = Object.entries(tokens).filter(([other, { expiresAt }]) => other !== key && expiresAt > now);
  return Object.fromEntries([...live.slice(1 - KEPT), [key, token]]);
}

function isEnded(error: unknown): boolean {
  return error instanceof EndpointsError && error.code === "session_ended";
}

function unreachable(): EndpointsError {
  return new EndpointsError("provider_unreachable", { retryAfter: 2 });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
