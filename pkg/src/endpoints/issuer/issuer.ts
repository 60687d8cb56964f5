/** A provider of one's own: the host proves who the user is, access tokens are made here. */
import { EndpointsError } from "../errors.ts";
import { random } from "../encoding.ts";
import { checkResources, isText, knowsAll, wrong } from "../options.ts";
import type { Expected, LoginParameters, Provider, Resource } from "../provider.ts";
import type { IssuerOptions } from "./types.ts";

/** The rest between two rotations: a token that lives no longer could not be replaced in time. */
const REST_SECONDS = 60;

/**
 * Signs users in by the host's own means, and makes access tokens in the profile of RFC 9068 with a key ring. `/signin` shows
 * what `authenticate` answers, until it gives a user.
 *
 * @example
 * ```ts
 * import { createEndpoints, issuer, ringStorage } from "strongroom/endpoints";
 * import { createKeyRing } from "strongroom/keys";
 *
 * const auth = createEndpoints({
 *   origins: ["https://app.example.com"],
 *   provider: issuer({
 *     issuer: "https://app.example.com/auth",
 *     clientId: "app",
 *     keyRing: createKeyRing({ storage: ringStorage(store), secrets: [ringSecret] }),
 *     resources: [{ audience: "https://api.example.com", scope: "orders.read" }],
 *     authenticate: async ({ request, action }) => {
 *       if (request.method === "GET") return loginPage(action);
 *       const user = await checkPassword(await request.formData());
 *       return user ? { subject: user.id, amr: ["pwd"] } : loginPage(action, "wrong");
 *     },
 *     onIssue: async ({ subject }) => ({ claims: { role: await roleOf(subject) } }),
 *   }),
 *   store,
 *   secrets,
 * });
 * ```
 */
export function issuer(options: IssuerOptions): Provider {
  knowsAll("issuer", options, OPTIONS);
  checkResources(options.resources);
  if (!isText(options.clientId)) throw wrong("clientId: none given");
  if (typeof options.authenticate !== "function") throw wrong("authenticate: not a function");
  if (options.onIssue !== undefined && typeof options.onIssue !== "function")
    throw wrong("onIssue: not a function");
  if (!(options.keyRing?.tokenLifetime > REST_SECONDS))
    throw wrong(`keyRing: one whose tokenLifetime is longer than ${REST_SECONDS} seconds is needed`);
  return new Issuer(options);
}

/** Every option. The compiler sees to it that none is missing. */
const OPTIONS: Record<keyof IssuerOptions, true> = {
  ...{ issuer: true, clientId: true, keyRing: true, resources: true },
  ...{ authenticate: true, onIssue: true, lint: true },
};

class Issuer implements Provider {
  readonly application: string;
  readonly resources: readonly Resource[];
  readonly timeout = 8000;
  readonly patience = 8000;
  readonly local: IssuerOptions;

  constructor(options: IssuerOptions) {
    this.local = options;
    this.application = `${options.clientId}@${options.issuer}`;
    this.resources = options.resources;
  }

  /** The browser goes to `/signin`, with a transaction as a provider's login has one. */
  async authorize(redirectUri: string, parameters: LoginParameters) {
    const expected: Expected = { state: random(32), nonce: "", verifier: "", redirectUri, ...parameters };
    const url = new URL("signin", redirectUri);
    url.searchParams.set("state", expected.state);
    return { url: url.href, expected };
  }

  /** Nobody else signs users in: there is no code to redeem. */
  async redeem(): Promise<never> {
    throw new EndpointsError("state_invalid");
  }

  /** There is no refresh token either; `mint` makes tokens. */
  async renew() {
    return { outcome: "unsent" } as const;
  }

  async revoke(): Promise<void> {}

  async logoutUrl(): Promise<undefined> {
    return undefined;
  }
}
