/** What a host tells the issuer, and what it is told. */
import type { KeyRing } from "../../keys/ring/types.ts";
import type { LintOptions } from "../../keys/lint.ts";
import type { Session } from "../context.ts";
import type { LoginParameters, Resource } from "../provider.ts";

/** What `issuer` needs to know. */
export interface IssuerOptions {
  /** Names this issuer in tokens: one of `origins` followed by `path`, for example `https://app.example.com/auth`. */
  issuer: string;
  /** Names the application in tokens (RFC 9068 §2.2), and in the store. */
  clientId: string;
  /** Signs. Its `tokenLifetime` is that of the access tokens, and longer than a minute. */
  keyRing: KeyRing;
  /** What access tokens are made for; the first is the default. */
  resources: Resource[];
  /** Proves who the user is. Called for the login page and for each form that is posted on it. */
  authenticate: (event: AuthenticateEvent) => Authentication | Promise<Authentication>;
  /** Decides about each access token that is made: at login and at each refresh. */
  onIssue?: (event: IssueEvent) => IssueDecision | Promise<IssueDecision>;
  /** What `onIssue` may put into tokens: see `lint` of `strongroom/keys`. */
  lint?: LintOptions;
}

/** A login under way. */
export interface AuthenticateEvent extends LoginParameters {
  /**
   * What the browser sent: a GET, which wants to see the login page, or the POST of a form of that page. Its body is unread; a
   * POST has been checked to come from this origin.
   */
  request: Request;
  /** Where forms of the page post to. */
  action: string;
  /**
   * Random, known to this browser alone, and good for one login: bind to it what proves freshness, for example as the
   * challenge of a passkey.
   */
  id: string;
  /** Who is signed in to this browser just now. Whoever takes that as proof gives `authTime` along. */
  session: Session | undefined;
}

/** An answer for the browser, such as the login page; or the user, proven. */
export type Authentication = Response | Authenticated;

/** A user that the host has proven. */
export interface Authenticated {
  /** Names the user for ever; never reused, at most 255 bytes. Not an e-mail address: tokens carry it. */
  subject: string;
  /** Seconds since the epoch at which the user proved it. Default: now. */
  authTime?: number;
  /** How far the proof can be trusted, in the host's own words (`acr` of OpenID Connect). */
  acr?: string;
  /** How it was proven, for example `["pwd"]` (RFC 8176). */
  amr?: string[];
  /** What `onSession` is told of the user. No token carries it. */
  claims?: Record<string, unknown>;
}

/** An access token about to be made. */
export interface IssueEvent {
  /** `login`: the session opens with it. A refresh can show no page: what needs one is `reauthenticate`. */
  reason: "login" | "refresh";
  subject: string;
  /** The session's public id. */
  session: string;
  audience: string;
  scope: string;
  /** Seconds since the epoch. */
  authTime: number;
  acr?: string;
  amr?: string[];
}

/**
 * Nothing: the token is made. `claims`: with these in it. `scope`: for part of what was asked. `deny: "token"`: not this one, the
 * session goes on (`provider_refused`); `"reauthenticate"`: only after a new login (`reauth_required`); `"session"`: it is over
 * (`session_ended`). At login each of the three means that no session opens.
 */
export type IssueDecision =
  | void
  | { claims?: Record<string, unknown>; scope?: string; deny?: never }
  | { deny: "token" | "reauthenticate" | "session"; claims?: never; scope?: never };
