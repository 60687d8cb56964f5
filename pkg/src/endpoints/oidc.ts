/** A provider that speaks OpenID Connect. The protocol itself is `oauth4webapi`'s. */
import * as oauth from "oauth4webapi";
import { EndpointsError } from "./errors.ts";
import { bounded } from "./bounded.ts";
import { checkIdToken } from "./id-token.ts";
import { fromCallback, fromResponse, unreachable } from "./oidc-errors.ts";
import { checkOidc } from "./oidc-options.ts";
import type { OidcOptions } from "./oidc-options.ts";
import { logoutTokens } from "./oidc-logout.ts";
import type {
  Expected,
  Granted,
  LoginParameters,
  LogoutNotice,
  Provider,
  Renewal,
  Resource,
} from "./provider.ts";

/**
 * Signs users in with an OpenID provider: code flow with PKCE (S256), state, nonce, `iss` and the id token's signature
 * checked, pushed authorization requests where advertised.
 *
 * @example
 * ```ts
 * import { oidc } from "strongroom/endpoints";
 *
 * const provider = oidc({
 *   issuer: "https://id.example.com",
 *   clientId: "app",
 *   clientSecret: "from the environment",
 *   resources: [{ audience: "https://api.example.com", scope: "orders.read" }],
 * });
 * ```
 */
export function oidc(options: OidcOptions): Provider {
  checkOidc(options);
  return new Oidc(options);
}

/** The longest life that a token is believed to have: a day. */
const MOST_SECONDS = 24 * 60 * 60;
/** How long discovered metadata is used. */
const METADATA_MILLISECONDS = 10 * 60 * 1000;
/** When it is asked for again where that failed, and how long a request waits for it that could do with the old. */
const AGAIN_MILLISECONDS = 60 * 1000;
const HASTE_MILLISECONDS = 2000;

class Oidc implements Provider {
  readonly application: string;
  readonly resources: readonly Resource[];
  readonly timeout: number;
  readonly patience: number;
  readonly backchannel?: (logoutToken: string) => Promise<LogoutNotice>;
  readonly #options: OidcOptions;
  readonly #client: oauth.Client;
  readonly #auth: oauth.ClientAuth;
  readonly #scope: string;
  /** The scopes that belong to no resource. */
  readonly #loginScope: readonly string[];
  readonly #jwks: oauth.JWKSCacheInput = {};
  #metadata: { server: oauth.AuthorizationServer; until: number } | undefined;

  constructor(options: OidcOptions) {
    this.#options = options;
    // Providers choose the names of their clients independently of each other.
    this.application = `${options.clientId}@${options.issuer}`;
    this.resources = options.resources;
    this.timeout = (options.timeoutSeconds ?? 8) * 1000;
    this.patience = Math.max(this.timeout, (options.patienceSeconds ?? 25) * 1000);
    this.#client = { client_id: options.clientId };
    const auth = options.clientAuth === "post" ? oauth.ClientSecretPost : oauth.ClientSecretBasic;
    this.#auth = auth(options.clientSecret);
    if (options.backchannel) this.backchannel = logoutTokens(options.backchannel, options);
    const scopes = (options.scope ?? "openid offline_access").split(" ");
    const offline = options.resources.some(({ offlineAccess }) => offlineAccess !== false);
    this.#loginScope = scopes.filter((scope) => scope !== "" && (offline || scope !== "offline_access"));
    const wanted = [...this.#loginScope, ...options.resources.flatMap(({ scope }) => scope.split(" "))];
    this.#scope = [...new Set(wanted.filter(Boolean))].join(" ");
  }

  async authorize(
    redirectUri: string,
    parameters: LoginParameters,
  ): Promise<{ url: string; expected: Expected }> {
    const server = await this.#discover();
    const expected: Expected = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      redirectUri,
    };
    if (parameters.maxAge !== undefined) expected.maxAge = parameters.maxAge;
    let query = new URLSearchParams({
      client_id: this.#options.clientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: this.#scope,
      state: expected.state,
      nonce: expected.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(expected.verifier),
      code_challenge_method: "S256",
    });
    const named = this.#options.audienceAs === "audience" ? [this.#defaultResource] : this.resources;
    for (const resource of named)
      for (const [name, value] of Object.entries(this.#aimedAt(resource))) query.append(name, value);
    if (parameters.maxAge !== undefined) query.set("max_age", String(parameters.maxAge));
    if (parameters.acrValues !== undefined) query.set("acr_values", parameters.acrValues);
    if (parameters.prompt !== undefined) query.set("prompt", parameters.prompt);
    if (server.pushed_authorization_request_endpoint) {
      query = new URLSearchParams({
        client_id: this.#options.clientId,
        request_uri: await this.#push(server, query),
      });
    }
    const url = this.#address(server.authorization_endpoint);
    for (const [name, value] of query) url.searchParams.append(name, value);
    return { url: url.href, expected };
  }

  async redeem(callback: URL, expected: Expected) {
    const server = await this.#discover();
    try {
      const parameters = oauth.validateAuthResponse(server, this.#client, callback, expected.state);
      if (!parameters.has("code")) throw new EndpointsError("request_invalid");
      const response = await oauth.authorizationCodeGrantRequest(
        ...([server, this.#client, this.#auth, parameters, expected.redirectUri, expected.verifier] as const),
        { ...this.#io(), additionalParameters: this.#aimedAt(this.#defaultResource) },
      );
      if (isFault(response)) throw unreachable();
      const answer = await oauth.processAuthorizationCodeResponse(server, this.#client, response, {
        expectedNonce: expected.nonce,
        requireIdToken: true,
        ...(expected.maxAge === undefined ? {} : { maxAge: expected.maxAge }),
      });
      return {
        identity: await this.#identity(server, response, answer),
        // Said nothing: it is what was asked for at the authorization endpoint (RFC 6749 §5.1).
        granted: granted(answer, this.#scope),
      };
    } catch (error) {
      throw fromCallback(error);
    }
  }

  async renew(refreshToken: string, resource: Resource): Promise<Renewal> {
    const until = Date.now() + this.patience;
    const server = await this.#discover().catch(() => undefined);
    // Discovery may have been slow, and the lease does not wait: what is left of the patience is for the request.
    const left = until - Date.now();
    if (!server || left <= 0) return { outcome: "unsent" };
    try {
      const response = await oauth.refreshTokenGrantRequest(server, this.#client, this.#auth, refreshToken, {
        ...this.#io(left),
        additionalParameters: { ...this.#aimedAt(resource), scope: resource.scope },
      });
      // These two say that nothing was done; any other fault may come after the rotation.
      if (response.status === 429 || response.status === 503) return { outcome: "unsent" };
      const answer = await oauth.processRefreshTokenResponse(server, this.#client, response);
      return await this.#renewed(server, response, answer, resource);
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError) || error.status >= 500) return { outcome: "unknown" };
      return error.error === "invalid_grant"
        ? { outcome: "ended" }
        : { outcome: "refused", said: error.error };
    }
  }

  /** The provider has done its part: whatever is wrong with the rest, the refresh token that it gave is the good one now. */
  async #renewed(
    server: oauth.AuthorizationServer,
    response: Response,
    answer: oauth.TokenEndpointResponse,
    resource: Resource,
  ): Promise<Renewal> {
    try {
      const given = granted(answer, resource.scope);
      // Scopes that concern the login, and no resource, may come along.
      const asked = new Set([...resource.scope.split(" "), ...this.#loginScope]);
      if (!given.scope.split(" ").every((scope) => asked.has(scope)))
        throw new EndpointsError("provider_refused");
      if (answer.id_token === undefined) return { outcome: "granted", granted: given };
      return { outcome: "granted", granted: given, identity: await this.#identity(server, response, answer) };
    } catch {
      return answer.refresh_token === undefined
        ? { outcome: "refused" }
        : { outcome: "refused", refreshToken: answer.refresh_token };
    }
  }

  /** Who the id token of an answer is about, once its signature is checked. */
  async #identity(
    server: oauth.AuthorizationServer,
    response: Response,
    answer: oauth.TokenEndpointResponse,
  ) {
    await oauth.validateApplicationLevelSignature(server, response, {
      ...this.#io(),
      [oauth.jwksCache]: this.#jwks,
    });
    const claims = oauth.getValidatedIdTokenClaims(answer) as oauth.IDToken;
    await checkIdToken(answer, claims, this.#options.clientId);
    const { sub: subject, auth_time: authTime, iat: issuedAt, sid } = claims;
    const session = typeof sid === "string" ? sid : undefined;
    const identity = { subject, claims: { ...claims }, session, issuedAt };
    return authTime === undefined ? identity : { ...identity, authTime };
  }

  async revoke(refreshToken: string): Promise<void> {
    const server = await this.#discover();
    if (!server.revocation_endpoint) return;
    const hint = { token_type_hint: "refresh_token" };
    const response = await oauth
      .revocationRequest(server, this.#client, this.#auth, refreshToken, {
        ...this.#io(),
        additionalParameters: hint,
      })
      .catch(() => undefined);
    await response?.body?.cancel();
  }

  async logoutUrl(returnTo: string): Promise<string | undefined> {
    const server = await this.#discover();
    if (!server.end_session_endpoint) return undefined;
    // The client's id names it; an `id_token_hint` would put a token into an address.
    const url = this.#address(server.end_session_endpoint);
    url.searchParams.set("client_id", this.#options.clientId);
    url.searchParams.set("post_logout_redirect_uri", returnTo);
    return url.href;
  }

  /** An address of the provider's that a browser is sent to: as secure as the issuer's own. */
  #address(text: string | undefined): URL {
    const url = URL.canParse(text ?? "") ? new URL(text as string) : undefined;
    if (url?.protocol === "https:" || (url && isLoopback(url) && isLoopback(new URL(this.#options.issuer))))
      return url;
    throw new EndpointsError("provider_refused");
  }

  /** What says in a request which resource the token is for. */
  #aimedAt({ audience }: Resource): Record<string, string> {
    const { audienceAs = "resource" } = this.#options;
    return audienceAs === "scope" ? {} : { [audienceAs]: audience };
  }

  get #defaultResource(): Resource {
    return this.resources[0] as Resource;
  }

  async #push(server: oauth.AuthorizationServer, query: URLSearchParams): Promise<string> {
    try {
      const response = await oauth.pushedAuthorizationRequest(
        server,
        this.#client,
        this.#auth,
        query,
        this.#io(),
      );
      if (isFault(response)) throw unreachable();
      return (await oauth.processPushedAuthorizationResponse(server, this.#client, response)).request_uri;
    } catch (error) {
      throw fromResponse(error);
    }
  }

  /** Metadata as plain data: a promise of another request must not be awaited on workerd. */
  async #discover(): Promise<oauth.AuthorizationServer> {
    const known = this.#metadata;
    if (known && Date.now() < known.until) return known.server;
    // What is known serves while the provider does not answer. Only one request in a while asks, and not for long.
    if (known) this.#metadata = { ...known, until: Date.now() + AGAIN_MILLISECONDS };
    const issuer = new URL(this.#options.issuer);
    try {
      const patience = known ? Math.min(this.timeout, HASTE_MILLISECONDS) : this.timeout;
      const response = await oauth.discoveryRequest(issuer, this.#io(patience));
      if (isFault(response)) throw unreachable();
      const server = await oauth.processDiscoveryResponse(issuer, response);
      this.#metadata = { server, until: Date.now() + METADATA_MILLISECONDS };
      return server;
    } catch (error) {
      if (known) return known.server;
      throw fromResponse(error);
    }
  }

  #io(milliseconds = this.timeout) {
    const { fetch, issuer } = this.#options;
    return {
      signal: AbortSignal.timeout(milliseconds),
      [oauth.allowInsecureRequests]: isLoopback(new URL(issuer)),
      [oauth.customFetch]: bounded(fetch),
    };
  }
}

function granted(answer: oauth.TokenEndpointResponse, asked: string): Granted {
  // A provider that does not say how long a token lives gets the shortest usual life.
  const expiresIn = Math.min(answer.expires_in ?? 300, MOST_SECONDS);
  // A token bound to a key that nobody here has would be of no use.
  if (answer.token_type !== "bearer" || expiresIn < 1) throw new EndpointsError("provider_refused");
  const token = { accessToken: answer.access_token, scope: answer.scope ?? asked, expiresIn };
  return answer.refresh_token === undefined ? token : { ...token, refreshToken: answer.refresh_token };
}

function isFault(response: Response): boolean {
  return response.status === 429 || response.status >= 500;
}

function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return (
    url.protocol === "http:" && (hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]")
  );
}
