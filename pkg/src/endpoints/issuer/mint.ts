/** Makes access tokens (RFC 9068). */
import { TokenError, configInvalid } from "../../edge/errors.ts";
import { lint } from "../../keys/lint.ts";
import { signAsIs } from "../../keys/sign.ts";
import { EndpointsError } from "../errors.ts";
import type { Granted, Resource } from "../provider.ts";
import type { Store } from "../../stores/store.ts";
import type { IssueEvent, IssuerOptions } from "./types.ts";

/** What a session says about its login; kept sealed in its row, where another provider's refresh token would be. */
export interface Grant {
  /** Seconds since the epoch. */
  authTime: number;
  acr?: string;
  amr?: string[];
}

/** A session that a token is made for. */
export interface Bearer extends Grant {
  reason: IssueEvent["reason"];
  subject: string;
  shard: string;
  family: string;
}

/** What the hook cannot say: it is known better here, or it has a meaning that verifiers act upon. */
const OURS = [
  ...["iss", "aud", "iat", "exp", "jti", "nbf", "sub", "client_id", "scope", "scp", "sid", "auth_time"],
  ...["acr", "amr", "azp", "cnf", "act", "may_act", "typ", "events"],
];

/** Asks `onIssue`, and makes the token. Throws `EndpointsError`, and for a hook that is wrong what tells its author so. */
export async function mint(
  options: IssuerOptions,
  store: Store,
  bearer: Bearer,
  resource: Resource,
): Promise<Granted> {
  const { reason, subject, shard, family, ...login } = bearer;
  const session = `${shard}.${family}`;
  const { audience } = resource;
  const decision =
    (await options.onIssue?.({ reason, subject, session, audience, scope: resource.scope, ...login })) ?? {};
  if (decision.deny !== undefined) {
    // A misspelled refusal would refuse something else.
    if (!["token", "reauthenticate", "session"].includes(decision.deny))
      throw new TypeError('onIssue: deny must be "token", "reauthenticate" or "session"');
    if (decision.deny === "reauthenticate") throw new EndpointsError("reauth_required");
    if (decision.deny !== "session" || reason === "login") throw new EndpointsError("provider_refused");
    await store.revoke(shard, family);
    throw new EndpointsError("session_ended", { reason: "revoked" });
  }
  const { claims = {}, scope = resource.scope } = decision;
  const reserved = Object.keys(claims).find((name) => OURS.includes(name));
  if (reserved) throw new TypeError(`onIssue cannot set the claim ${reserved}`);
  // Only these: a subject that looks like a card's number is one all the same, and its user signs in.
  const finding = lint(claims, options.lint).find(({ severity }) => severity === "error");
  if (finding) throw configInvalid(finding.message);
  const asked = resource.scope.split(" ");
  if (!scope.split(" ").every((each) => asked.includes(each)))
    throw new TypeError("onIssue gave a scope that was not asked for");
  const { authTime, ...how } = login;
  const ours = {
    sub: subject,
    client_id: options.clientId,
    scope,
    sid: session,
    auth_time: authTime,
    ...how,
  };
  const lifetime = options.keyRing.tokenLifetime;
  try {
    const about = { issuer: options.issuer, audience, lifetime, type: "at+jwt" };
    const accessToken = await signAsIs(options.keyRing, { ...claims, ...ours }, about);
    return { accessToken, scope, expiresIn: lifetime };
  } catch (error) {
    // The keys are kept where the sessions are, or beside them: an outage is an outage.
    if (error instanceof TokenError && error.status === 503)
      throw new EndpointsError("store_unavailable", { retryAfter: 5 });
    throw error;
  }
}
