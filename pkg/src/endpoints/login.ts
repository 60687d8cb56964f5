/**
 * `GET /login` and `GET /callback`: top-level navigations that open a session. A browser whose login fails is sent back
 * to the app with the code (`?problem=provider_refused`), since nobody wants to read a problem document there.
 */
import { isLoggedOut, rememberProviderSession } from "./backchannel.ts";
import { changeOf, shardOf } from "./context.ts";
import type { Context, Upstream } from "./context.ts";
import { CODES, EndpointsError } from "./errors.ts";
import { claimsAtLogin } from "./hook.ts";
import { limitAddress } from "./limits.ts";
import { find } from "./load.ts";
import type { Granted, Identity, LoginParameters, Provider, Resource } from "./provider.ts";
import { redirect } from "./respond.ts";
import { firstTokens } from "./tokens.ts";
import { begin, finish } from "./transaction.ts";
import type { Transaction } from "./transaction.ts";

const IDLE_SECONDS = 7 * 24 * 60 * 60;
const ABSOLUTE_SECONDS = 30 * 24 * 60 * 60;
const LIMIT = 200;

/** Where a browser is sent when its login fails. */
export interface Way {
  back: string;
}

/** Sends the browser to the provider. */
export async function login(context: Context, request: Request, url: URL): Promise<Response> {
  requireNavigation(request);
  return orBack(context, request, url, (way) => start(context, request, url, way));
}

/** Takes the browser back from the provider. */
export async function callback(context: Context, request: Request, url: URL): Promise<Response> {
  requireNavigation(request);
  return orBack(context, request, url, (way) => open(context, request, url, way));
}

/** Answers as `work` does; a browser whose login fails is sent back. */
export async function orBack(
  context: Context,
  request: Request,
  url: URL,
  work: (way: Way) => Promise<Response>,
): Promise<Response> {
  const way = { back: homeOf(context, url) };
  try {
    await limitAddress(context, request);
    return await work(way);
  } catch (error) {
    const shown = request.headers.get("accept")?.includes("text/html") ?? false;
    if (!shown || !(error instanceof EndpointsError)) throw error;
    context.failed(error);
    const target = new URL(way.back);
    target.searchParams.set("problem", error.code);
    return redirect(target.href, []);
  }
}

async function start(context: Context, request: Request, url: URL, way: Way): Promise<Response> {
  const origin = servingOrigin(context, url);
  const returnTo = parseReturnTo(context, url.searchParams.get("return_to"), way.back);
  way.back = returnTo;
  const parameters = parseParameters(url.searchParams);
  const redirectUri = redirectUriAt(context, origin);
  const { url: location, expected } = await context.options.provider.authorize(redirectUri, parameters);
  const replaces = await markClosing(context, request);
  const transaction = { expected, returnTo, startedAt: Date.now() };
  return redirect(
    location,
    await begin(context, request, replaces ? { ...transaction, replaces } : transaction),
  );
}

async function open(context: Context, request: Request, url: URL, way: Way): Promise<Response> {
  const arrivedAt = Date.now();
  const { transaction, cookie } = await finish(context, request, url.searchParams.get("state"));
  way.back = transaction.returnTo;
  // Another application's login, brought to this one: they may share an origin and secrets.
  const redirectUri = redirectUriAt(context, servingOrigin(context, url));
  if (transaction.expected.redirectUri !== redirectUri) throw new EndpointsError("state_invalid");
  const { identity, granted } = await context.options.provider.redeem(url, transaction.expected);
  return establish(context, { transaction, cookie, arrivedAt }, identity, async () => granted);
}

/** A login whose user comes back with a proof. */
export interface Arrival {
  transaction: Transaction;
  /** Clears the transaction's. */
  cookie: string;
  /** When the request came, before anything was looked at: milliseconds since the epoch, by this isolate's clock. */
  arrivedAt: number;
}

/**
 * Opens the session of a proven user, always a new one, and ends the one that it replaces. `tokenFor` gives its first token;
 * what it throws keeps the session from opening.
 */
export async function establish(
  context: Context,
  { transaction, cookie, arrivedAt }: Arrival,
  identity: Identity,
  tokenFor: (session: { shard: string; family: string }) => Promise<Granted>,
): Promise<Response> {
  const { options, core, store, sealer } = context;
  const { subject } = identity;
  if (transaction.replaces) await settle(context, transaction.replaces);

  const shard = await shardOf(subject);
  const now = await store.now(shard);
  // By the store's clock: who ends all of the user's sessions while the proof is looked at means this one too.
  const createdAt = now - Math.max(0, Date.now() - arrivedAt);
  const lifetimes = [
    options.session?.idleSeconds ?? IDLE_SECONDS,
    options.session?.absoluteSeconds ?? ABSOLUTE_SECONDS,
  ] as const;
  // Not now where the provider has not said: the user may have proved it to the provider long ago.
  const authTime = identity.authTime === undefined ? 0 : Math.min(identity.authTime * 1000, now);
  const { family, record, setCookie, ...times } = core.open(shard, authTime, ...lifetimes, now);
  const granted = await tokenFor({ shard, family });
  const claims = await claimsAtLogin(context, identity);
  const upstream = firstUpstream(options.provider, granted, identity, claims, now);
  await rememberProviderSession(context, identity, lifetimes[1]);
  const row = {
    ...{ family, subject, application: options.provider.application, version: 1, record, createdAt },
    ...{
      idleExpiresAt: times.idleExpiresAt,
      absoluteExpiresAt: times.absoluteExpiresAt,
      lease: null,
      revoked: false,
    },
    sealed: await sealer.seal("upstream", family, upstream),
  };
  await store.create(shard, row, options.session?.limit ?? LIMIT);
  if (await isLoggedOut(context, identity)) {
    await store.revoke(shard, family);
    throw new EndpointsError("provider_refused");
  }
  // Its refresh token is forgotten, not revoked: at many providers one grant carries the old and the new session.
  if (transaction.replaces) await store.revoke(transaction.replaces.shard, transaction.replaces.family);
  return redirect(transaction.returnTo, [setCookie, cookie]);
}

function firstUpstream(
  { local, resources }: Provider,
  granted: Granted,
  identity: Identity,
  claims: Record<string, unknown>,
  now: number,
): Upstream {
  const lifetime = granted.expiresIn * 1000;
  const token = {
    accessToken: granted.accessToken,
    scope: granted.scope,
    lifetime,
    expiresAt: now + lifetime,
  };
  return {
    subject: identity.subject,
    number: 0,
    refreshToken: granted.refreshToken ?? null,
    // One that is made here is made anew each time.
    tokens: local ? {} : firstTokens(resources[0] as Resource, token),
    claims,
    ...(identity.session === undefined ? {} : { providerSession: identity.session }),
    ...(identity.issuedAt === undefined ? {} : { issuedAt: identity.issuedAt }),
  };
}

/** A late answer of the session that is being replaced must not displace the new one: it gets no cookies any more. */
export async function markClosing(context: Context, request: Request) {
  const { core, store } = context;
  const cookies = request.headers.get("cookie") ?? undefined;
  let replaced: { shard: string; family: string } | undefined;
  // Where other tabs keep winning, `/callback` ends the session all the same.
  for (let tries = 0; tries < 16; tries++) {
    const found = await find(context, cookies);
    if (!found) return undefined;
    const { shard, family, loaded } = found;
    const { row, now } = loaded;
    replaced = { shard, family };
    const record = core.close(row.record, cookies, now);
    // A record that cannot be read gives no cookies: it must not keep its user from a new session.
    if (record === undefined) break;
    if ((await store.cas(shard, family, row.version, { ...changeOf(row), record })).ok) break;
  }
  return replaced;
}

/**
 * Waits until no cookie of the session that is being replaced can be under way any more: it would displace the new one, and the
 * browser would be signed out. Only a login that is quicker than the client's time-out, and that came with a handle whose
 * successor was on its way, has anything to wait for.
 */
async function settle({ core, store }: Context, replaced: { shard: string; family: string }): Promise<void> {
  const found = await store.load(replaced.shard, replaced.family);
  const millis = found ? core.settling(found.row.record, found.now) : 0;
  if (millis > 0) await new Promise((resolve) => setTimeout(resolve, millis));
}

/** Frames, images and scripts have no business here: a login is seen by the user. */
function requireNavigation(request: Request): void {
  if (request.method !== "GET") throw new EndpointsError("method_not_allowed");
  const destination = request.headers.get("sec-fetch-dest");
  if (destination !== null && destination !== "document") throw new EndpointsError("fetch_site_refused");
}

/** The start page of the app that a request belongs to. */
export function homeOf(context: Context, url: URL): string {
  return `${context.options.apps?.[0] ?? servingOrigin(context, url)}/`;
}

/** The listed origin that the request came to: the one whose pages get the cookie. */
export function servingOrigin({ options }: Context, url: URL): string {
  const served = options.origins.find((origin) => new URL(origin).host === url.host);
  return served ?? (options.origins[0] as string);
}

/** Where a provider sends the browser back to. */
export function redirectUriAt({ options }: Context, origin: string): string {
  return `${origin}${options.path ?? "/auth"}/callback`;
}

function parseReturnTo({ options }: Context, text: string | null, home: string): string {
  if (text === null) return home;
  let target: URL;
  try {
    target = new URL(text, home);
  } catch {
    throw new EndpointsError("return_to_refused");
  }
  const listed = [...options.origins, ...(options.apps ?? [])];
  // The origin of `blob:https://…` is the one inside.
  const plain = target.href.startsWith(`${target.origin}/`) && target.href.length <= 2048;
  if (!plain || !listed.includes(target.origin)) throw new EndpointsError("return_to_refused");
  // What an earlier login came back with, where a page passes its own address along: it is not this one's.
  if (CODES.some((code) => code === target.searchParams.get("problem")))
    target.searchParams.delete("problem");
  return target.href;
}

const PROMPTS = new Set(["none", "login", "consent", "select_account"]);

function parseParameters(query: URLSearchParams): LoginParameters {
  const parameters: LoginParameters = {};
  const [maxAge, acrValues, prompt] = ["max_age", "acr_values", "prompt"].map((name) => query.get(name));
  if (maxAge) {
    if (!/^\d{1,9}$/.test(maxAge)) throw invalid("max_age: not a number of seconds");
    parameters.maxAge = Number(maxAge);
  }
  if (acrValues) {
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(acrValues) || acrValues.length > 512)
      throw invalid("acr_values");
    parameters.acrValues = acrValues;
  }
  if (prompt) {
    if (!prompt.split(" ").every((value) => PROMPTS.has(value))) throw invalid("prompt: unknown value");
    parameters.prompt = prompt;
  }
  return parameters;
}

function invalid(message: string): EndpointsError {
  return new EndpointsError("request_invalid", { message });
}
