/** Who signs users in and gives access tokens, as the endpoints see it. `oidc()` and `issuer()` make one. */
import type { IssuerOptions } from "./issuer/types.ts";

/** One resource server: what a token for it may do. */
export interface Resource {
  /** The token's audience: the resource indicator (RFC 8707) sent to the provider. */
  audience: string;
  /** Space-separated. A request may ask for part of it. */
  scope: string;
  /**
   * Whether tokens for it are to be had while the user is away, by `sessions.accessToken`. Default true. Where no resource allows it,
   * `offline_access` is not asked for.
   */
  offlineAccess?: boolean;
}

/** What `/login` forwards. */
export interface LoginParameters {
  maxAge?: number;
  acrValues?: string;
  prompt?: string;
}

/** What `/callback` needs to know of its `/login`; travels sealed in the transaction cookie. */
export interface Expected {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
  maxAge?: number;
  acrValues?: string;
  prompt?: string;
}

/** An access token as the provider gave it. */
export interface Granted {
  accessToken: string;
  scope: string;
  /** Seconds. */
  expiresIn: number;
  /** Present when the provider rotated it. */
  refreshToken?: string;
}

/**
 * How using a refresh token went. `identity`: who the provider says the token is for, where it says so again. `ended`: the provider no
 * longer honours it. `refused`: this resource or scope is not to be had, though the refresh token may have been rotated; `said`: the provider's
 * word for it.
 * `unsent`: it was not used. `unknown`: it may have been used, and its successor may be lost.
 */
export type Renewal =
  | { outcome: "granted"; granted: Granted; identity?: Identity }
  | { outcome: "ended" }
  | { outcome: "refused"; refreshToken?: string; said?: string }
  | { outcome: "unsent" }
  | { outcome: "unknown" };

/** The user, as the provider proved it. */
export interface Identity {
  subject: string;
  /** Seconds since the epoch; absent when the provider did not say. */
  authTime?: number;
  /** The verified claims of the id token. */
  claims: Record<string, unknown>;
  /** The provider's own session (`sid`), where it names one: a back-channel logout may name only this. */
  session?: string | undefined;
  /** When the provider said all this; seconds since the epoch. */
  issuedAt?: number;
}

/** A logout that the provider has told and proved: of one session, or of all the subject's. */
export interface LogoutNotice {
  /** The notice's own id (`jti`). */
  id: string;
  /** Seconds since the epoch, by the provider's clock. */
  issuedAt: number;
  subject?: string | undefined;
  /** As in `Identity`. */
  session?: string | undefined;
}

/** A way to sign users in and to get access tokens. Methods throw `EndpointsError`. */
export interface Provider {
  /** Names the application in the store: the limit of sessions counts per subject and application. */
  readonly application: string;
  /** The first is the default of `/refresh`. */
  readonly resources: readonly Resource[];
  /** The address to send the browser to, and what its return must match. */
  authorize(redirectUri: string, parameters: LoginParameters): Promise<{ url: string; expected: Expected }>;
  /** Checks the browser's return and redeems the code; the token is for the first resource. */
  redeem(callback: URL, expected: Expected): Promise<{ identity: Identity; granted: Granted }>;
  /** Uses a refresh token. Takes up to `patience`: its answer may hold the only valid refresh token. */
  renew(refreshToken: string, resource: Resource): Promise<Renewal>;
  /** Ends a grant at the provider, best effort. */
  revoke(refreshToken: string): Promise<void>;
  /** RP-initiated logout, where the provider offers it. */
  logoutUrl(returnTo: string): Promise<string | undefined>;
  /** Checks a logout token that the provider has sent. Absent: there is no `/backchannel`. */
  backchannel?(logoutToken: string): Promise<LogoutNotice>;
  /** How long a request of a browser waits for the provider, in milliseconds. */
  readonly timeout: number;
  /** How long `renew` itself goes on, in milliseconds; a lease lasts a little longer. */
  readonly patience: number;
  /** Where users sign in here and tokens are made here: `issuer()` sets it, and the methods above have little to do. */
  readonly local?: IssuerOptions;
}
