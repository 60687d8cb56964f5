/**
 * A login on its way: what `/callback` must know of its `/login`, sealed into a cookie of its own, so that several
 * tabs may log in at once. Lax, because the provider's redirect is a cross-site navigation.
 */
import type { Context } from "./context.ts";
import { cookiesNamed } from "./cookies.ts";
import { EndpointsError } from "./errors.ts";
import type { Expected } from "./provider.ts";

/** What travels through the provider. */
export interface Transaction {
  expected: Expected;
  returnTo: string;
  /** The session that this login replaces. */
  replaces?: { shard: string; family: string };
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const PREFIX = "__Host-Http-strongroom-login-";
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax";
/** Seconds that a login may take. */
export const LIFE_SECONDS = 600;
const MOST = 5;
/** How many are looked at: a sibling subdomain may have set any number of its own. Further logins clear the rest. */
const MOST_OPENED = 20;
/** What their values may take up together: servers refuse requests whose headers grow beyond 16 KB. */
const MOST_BYTES = 8192;

/** The cookies that `/login` sets: the new one, and the oldest cleared where there are too many. */
export async function begin(context: Context, request: Request, transaction: Transaction): Promise<string[]> {
  const name = nameOf(transaction.expected.state);
  const held = await Promise.all(
    [...cookiesNamed(request.headers.get("cookie"), PREFIX)]
      .slice(0, MOST_OPENED)
      .map(async ([other, sealed]) => {
        const startedAt =
          (await context.sealer.open<Transaction>("transaction", other, sealed))?.startedAt ?? 0;
        return { other, startedAt, size: sealed.length };
      }),
  );
  const sealed = await context.sealer.seal("transaction", name, transaction);
  let size = sealed.length;
  const surplus = held
    .sort((a, b) => b.startedAt - a.startedAt)
    .filter((each, index) => (size += each.size) > MOST_BYTES || index >= MOST - 1);
  return [
    `${name}=${sealed}; ${ATTRIBUTES}; Max-Age=${LIFE_SECONDS}`,
    ...surplus.map(({ other }) => clear(other)),
  ];
}

/** The transaction that the browser's return belongs to; each can be finished once. */
export async function finish(context: Context, request: Request, state: string | null) {
  const found = await resume(context, request, state);
  await consume(context, found.transaction.expected.state);
  return found;
}

/** The same for a login that takes several requests; `consume` finishes it. */
export async function resume(context: Context, request: Request, state: string | null) {
  if (state === null || !/^[\w-]{20,128}$/.test(state)) throw new EndpointsError("state_invalid");
  const name = nameOf(state);
  const sealed = cookiesNamed(request.headers.get("cookie"), name).get(name);
  const transaction = sealed && (await context.sealer.open<Transaction>("transaction", name, sealed));
  if (!transaction || transaction.expected.state !== state) throw new EndpointsError("state_invalid");
  if (Date.now() - transaction.startedAt > LIFE_SECONDS * 1000) throw new EndpointsError("state_invalid");
  return { transaction, cookie: clear(name) };
}

/** Finishes a login; of several requests at once that do so, one may. */
export async function consume(context: Context, state: string): Promise<void> {
  if (!(await context.store.putOnce(`state:${state}`, LIFE_SECONDS)))
    throw new EndpointsError("state_invalid");
}

function clear(name: string): string {
  return `${name}=; ${ATTRIBUTES}; Max-Age=0`;
}

function nameOf(state: string): string {
  return PREFIX + state.slice(0, 16);
}
