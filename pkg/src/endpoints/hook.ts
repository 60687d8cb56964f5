/** What the host lets the page see of a user: `onSession`, at login and at renewals. */
import type { Context, EndpointsOptions, SessionEvent, Upstream } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import { LATE, within } from "./late.ts";
import type { Identity } from "./provider.ts";
import type { SessionRow } from "../stores/store.ts";

/** The end of a lease that a hook leaves for writing the outcome, in milliseconds. */
const WRITING = 2000;

/** The page's claims of a session that opens. */
export async function claimsAtLogin({ options }: Context, { subject, claims }: Identity) {
  if (!options.onSession) return defaultClaims(claims);
  return askHook(options.onSession, { reason: "login", subject, claims, shown: {} });
}

/** The page's claims from now on. A hook that fails costs the token, never the refresh token that the provider has just given. */
export async function claimsAtRenewal(
  { options }: Context,
  { subject }: SessionRow,
  { claims: shown }: Upstream,
  identity: Identity | undefined,
  leasedUntil: number,
): Promise<{ claims: Record<string, unknown> } | { claims?: never; error: unknown }> {
  if (!options.onSession) return { claims: shown };
  try {
    const event = { reason: "refresh" as const, subject, claims: identity?.claims ?? {}, shown };
    const claims = await within(leasedUntil - WRITING - Date.now(), askHook(options.onSession, event));
    return claims === LATE
      ? { error: new EndpointsError("provider_unreachable", { retryAfter: 2 }) }
      : { claims };
  } catch (error) {
    return { error };
  }
}

/** A hook that gives nothing has forgotten to: the page would be left without the claims that its types promise. */
async function askHook(hook: NonNullable<EndpointsOptions["onSession"]>, event: SessionEvent) {
  const claims: unknown = await hook(event);
  if (typeof claims !== "object" || claims === null || Array.isArray(claims))
    throw new TypeError("onSession must give an object: the claims that the page may see");
  return claims as Record<string, unknown>;
}

/** What a page needs to greet the user. More is the host's decision (`onSession`). */
function defaultClaims(claims: Record<string, unknown>): Record<string, unknown> {
  const shown = ["name", "preferred_username"].filter((name) => typeof claims[name] === "string");
  return Object.fromEntries(shown.map((name) => [name, claims[name]]));
}
