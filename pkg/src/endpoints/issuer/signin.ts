/**
 * `GET` and `POST /signin`: the host's login page, as long as `authenticate` answers with one, and then the session. The login is
 * bound to this browser by the transaction cookie of its `/login`, and a POST to this origin by its `Origin`: nobody can sign
 * a browser in to another account from elsewhere.
 */
import type { Context } from "../context.ts";
import { EndpointsError } from "../errors.ts";
import { establish, markClosing, orBack, redirectUriAt, servingOrigin } from "../login.ts";
import { sessionOf } from "../session.ts";
import { consume, resume } from "../transaction.ts";
import type { Transaction } from "../transaction.ts";
import { mint } from "./mint.ts";
import type { Grant } from "./mint.ts";
import type { AuthenticateEvent, Authenticated, Authentication, IssuerOptions } from "./types.ts";

/** How far a proof may lie in the future, in seconds: hosts' clocks differ. */
const CLOCKS_APART = 60;
/** How far the clocks of isolates differ, in seconds. */
const SKEW = 5;

/** Answers with what `authenticate` does, or signs in. */
export async function signin(
  context: Context,
  local: IssuerOptions,
  request: Request,
  url: URL,
): Promise<Response> {
  const arrivedAt = Date.now();
  requirePage(context, request, url);
  return orBack(context, request, url, async (way) => {
    const state = url.searchParams.get("state");
    const { transaction, cookie } = await resume(context, request, state);
    way.back = transaction.returnTo;
    const { expected } = transaction;
    // Another application's login, brought to this one: they may share an origin and secrets.
    if (expected.redirectUri !== redirectUriAt(context, servingOrigin(context, url)))
      throw new EndpointsError("state_invalid");
    const answer = await local.authenticate(await eventOf(context, request, transaction));
    if (!isUser(answer)) {
      if (expected.prompt?.split(" ").includes("none")) throw new EndpointsError("reauth_required");
      return page(answer);
    }
    const grant = proven(answer, transaction);
    await consume(context, expected.state);
    // The form brings a session that `/login` did not: of a login that began on another site, or beside another one.
    const replaces = (await markClosing(context, request)) ?? transaction.replaces;
    const { subject, claims = {} } = answer;
    const identity = { subject, claims, authTime: grant.authTime };
    const arrival = { transaction: replaces ? { ...transaction, replaces } : transaction, cookie, arrivedAt };
    return establish(context, arrival, identity, async ({ shard, family }) => {
      const bearer = { ...grant, reason: "login" as const, subject, shard, family };
      const resource = context.options.provider.resources[0];
      if (!resource) throw new EndpointsError("resource_unknown");
      return { ...(await mint(local, context.store, bearer, resource)), refreshToken: JSON.stringify(grant) };
    });
  });
}

/** A page that the user sees, or a form on it. */
function requirePage(context: Context, request: Request, url: URL): void {
  const { method, headers } = request;
  if (method !== "GET" && method !== "POST") throw new EndpointsError("method_not_allowed");
  const destination = headers.get("sec-fetch-dest");
  if (destination !== null && destination !== "document") throw new EndpointsError("fetch_site_refused");
  if (method === "GET") return;
  // Browsers send it with every POST.
  if (headers.get("origin") !== servingOrigin(context, url)) throw new EndpointsError("origin_refused");
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") throw new EndpointsError("fetch_site_refused");
}

async function eventOf(
  context: Context,
  request: Request,
  { expected }: Transaction,
): Promise<AuthenticateEvent> {
  const { state, maxAge, acrValues, prompt, redirectUri } = expected;
  const action = new URL("signin", redirectUri);
  action.searchParams.set("state", state);
  return {
    request,
    action: action.pathname + action.search,
    id: state,
    session: await sessionOf(context, request).catch((error: unknown) => {
      if (error instanceof EndpointsError && error.code === "session_ended") return undefined;
      throw error;
    }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

function isUser(answer: Authentication): answer is Authenticated {
  if (typeof answer !== "object" || answer === null)
    throw new TypeError("authenticate must give a Response for the browser, or { subject } of the user");
  return "subject" in answer;
}

/** Whether the proof is what the login asked for: a host that overlooks `maxAge` must not weaken it. */
function proven(user: Authenticated, { expected, startedAt }: Transaction): Grant {
  const { subject, acr, amr } = user;
  // Control characters name what is stored beside the users' sessions.
  if (typeof subject !== "string" || !/^[^\p{Cc}]{1,255}$/u.test(subject) || new Blob([subject]).size > 255)
    throw new TypeError("authenticate gave a subject that is not 1 to 255 bytes of text");
  const now = Math.floor(Date.now() / 1000);
  const given = user.authTime ?? now;
  // Milliseconds, above all: they would make every proof a new one.
  if (!Number.isFinite(given) || given > now + CLOCKS_APART)
    throw new TypeError("authenticate gave an authTime that is not in seconds, or in the future");
  const authTime = Math.min(given, now);
  // The isolate that began the login may be ahead of this one.
  const isOfNow = user.authTime === undefined || authTime >= Math.floor(startedAt / 1000) - SKEW;
  const { maxAge, acrValues, prompt = "" } = expected;
  const isTooOld = maxAge !== undefined && now - authTime > maxAge;
  if (!isOfNow && (isTooOld || prompt.split(" ").includes("login")))
    throw new EndpointsError("reauth_required");
  if (acrValues !== undefined && !acrValues.split(" ").includes(acr ?? ""))
    throw new EndpointsError("reauth_required");
  return { authTime, ...(acr === undefined ? {} : { acr }), ...(amr === undefined ? {} : { amr }) };
}

/** The host's page, kept out of caches and frames. Its address names the login, which other sites need not learn. */
function page(answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.set("cache-control", "no-store");
  // `no-referrer` would make the browser send `Origin: null` with the page's own forms.
  headers.set("referrer-policy", "same-origin");
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}
