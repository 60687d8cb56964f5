/** What `oidc` takes, and what of it is refused. */
import type { CreateVerifier } from "./oidc-logout.ts";
import { checkResources, isSecureUrl, isText, knowsAll, wrong } from "./options.ts";
import type { Resource } from "./provider.ts";

/** What `oidc` needs to know. */
export interface OidcOptions {
  /** The provider's issuer identifier; its metadata is discovered. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** How the client proves itself: `client_secret_basic` (the default) or `client_secret_post`. */
  clientAuth?: "basic" | "post";
  /** Scopes beside those of the resources. Default `openid offline_access`. */
  scope?: string;
  /** What access tokens are wanted for; the first is the default. */
  resources: Resource[];
  /**
   * How the provider is told which resource a token is for: by `resource` (RFC 8707, the default), by the `audience` of Auth0 and
   * its like, or, where `resource` is refused, by scopes alone that name it, as with Entra ID (`api://orders/read`).
   */
  audienceAs?: "resource" | "audience" | "scope";
  /** Seconds a request waits for the provider. Default 8: less than the browser's own time-out. */
  timeoutSeconds?: number;
  /**
   * Seconds for which a refresh goes on when nobody waits for it any more, so that a rotated refresh token that comes
   * late is not lost. Default 25; meanwhile no other isolate uses the old one.
   */
  patienceSeconds?: number;
  /**
   * Back-channel logout: `createVerifier` of `strongroom/edge`, which checks the provider's logout tokens. Register
   * `https://…/auth/backchannel` at the provider; without this the route does not exist.
   */
  backchannel?: CreateVerifier;
  /** In place of the global `fetch`: for a private network or a test. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Every option. The compiler sees to it that none is missing. */
const OPTIONS: Record<keyof OidcOptions, true> = {
  issuer: true,
  clientId: true,
  clientSecret: true,
  clientAuth: true,
  scope: true,
  resources: true,
  audienceAs: true,
  timeoutSeconds: true,
  patienceSeconds: true,
  backchannel: true,
  fetch: true,
};

/** Throws `config_invalid` for what would otherwise fail at the first login, and not say why. */
export function checkOidc(options: OidcOptions): void {
  knowsAll("oidc", options, OPTIONS);
  const { issuer, clientId, clientSecret, clientAuth, scope } = options;
  if (!isSecureUrl(issuer)) throw wrong("issuer: must be the provider's https address");
  if (!isText(clientId)) throw wrong("clientId: none given");
  if (!isText(clientSecret)) throw wrong("clientSecret: none given");
  if (clientAuth !== undefined && clientAuth !== "basic" && clientAuth !== "post")
    throw wrong('clientAuth: must be "basic" or "post"');
  if (scope !== undefined && !(isText(scope) && scope.split(" ").includes("openid")))
    throw wrong("scope: must list openid, or there is no id token to sign in with");
  checkResources(options.resources);
  if (!["resource", "audience", "scope"].includes(options.audienceAs ?? "resource"))
    throw wrong('audienceAs: must be "resource", "audience" or "scope"');
  for (const name of ["timeoutSeconds", "patienceSeconds"] as const) {
    const seconds = options[name] ?? 1;
    if (!(Number.isFinite(seconds) && seconds > 0 && seconds <= 600))
      throw wrong(`${name}: a number of seconds is needed, at most 600`);
  }
  for (const name of ["backchannel", "fetch"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function")
      throw wrong(`${name}: not a function`);
  }
}
