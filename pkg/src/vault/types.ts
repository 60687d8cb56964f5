/** A resource server: requests to it carry an access token. */
export interface Resource {
  /** The only origin its tokens go to: `https://api.example.com`. */
  origin: string;
  /** Paths, each covering whole segments; none: the whole origin. With paths, redirects fail unless `redirects`. */
  paths?: readonly string[] | undefined;
  /** The audience to ask a token for; the endpoints' default if missing. */
  audience?: string | undefined;
  /** The scope to ask for; the endpoints' default if missing. */
  scope?: string | undefined;
  /** Follow redirects although `paths` are set: the browser hides where they lead. */
  redirects?: boolean | undefined;
  /**
   * What `vault.socket` may say first over a socket to this resource, with `{token}` where the access token goes, as in
   * `{"type":"auth","token":"{token}"}`. Missing: its sockets take tickets alone.
   */
  socketMessage?: string | undefined;
}

/** The worker runs in the page's own origin. */
export interface InPageOptions {
  /** Where login, refresh, logout and session live, on the page's own origin: `"/auth"`. */
  endpoints: string;
  /** The only places that get a token. */
  resources: readonly Resource[];
  /** The OpenID provider's origin, if no resource may ever be there. */
  provider?: string | undefined;
  /** Where the worker's file is, if the bundler did not find it by itself. */
  worker?: string | URL | undefined;
  /** Let the page itself fetch what belongs to no resource, without a token: over https or from loopback, and no body that is a stream. */
  passthrough?: boolean | undefined;
  isolated?: undefined;
}

/** The worker runs on a sibling origin of the same site; endpoints and resources are configured there. */
export interface IsolatedOptions {
  /** The vault's origin: `https://vault.example.com`. */
  isolated: string;
  /** Let the page itself fetch what belongs to no resource, without a token: over https or from loopback, and no body that is a stream. */
  passthrough?: boolean | undefined;
  endpoints?: undefined;
  resources?: undefined;
  provider?: undefined;
  worker?: undefined;
}

export type VaultOptions = InPageOptions | IsolatedOptions;

/** A snapshot: the same object until something changes. It never has a token. */
export interface Session {
  readonly status: "starting" | "signed-in" | "signed-out" | "unreachable";
  /** The session's public id, as in session lists. */
  readonly id?: string;
  readonly subject?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** When the user last proved who they are, in milliseconds since the epoch. */
  readonly authTime?: number;
  /** When the session ends whatever happens, in milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** When the session ends unless it is used, in milliseconds since the epoch. */
  readonly idleExpiresAt?: number;
}

export interface LoginOptions {
  /** Where to come back to: a URL of the page's origin. The present one if missing. */
  returnTo?: string | URL | undefined;
  /** The sign-in must not be older than so many seconds. */
  maxAge?: number | undefined;
  /** The strength of sign-in to ask for. */
  acrValues?: string | undefined;
  /** OpenID Connect's `prompt`: `"login"`, `"none"` … */
  prompt?: string | undefined;
}

export interface LogoutOptions {
  /** End all sessions of this user, in every browser. */
  everywhere?: boolean | undefined;
}

/** How far a request's body has got, in bytes. */
export interface UploadProgress {
  loaded: number;
  /** Missing for a stream. */
  total?: number | undefined;
}

/** What `vault.fetch` takes beside what `fetch` takes. */
export interface VaultRequestInit extends RequestInit {
  /**
   * Calls back as the body is sent; begins anew if the request is made again. In small steps for streams, and wherever
   * redirects may be followed: resources without `paths` or with `redirects`. Elsewhere at the beginning and the end.
   */
  onUploadProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface SocketOptions {
  /**
   * How the socket says whose it is. `"ticket"`, the default: the worker sends a POST to the socket's URL, under https,
   * for `{"ticket": "…"}`, and connects with that as the query's `ticket`. Or the resource's own `socketMessage`, said
   * first, and again whenever the token is renewed.
   */
  authenticate?: "ticket" | { message: string } | undefined;
  /** The subprotocols, as `WebSocket` takes them. */
  protocols?: string | readonly string[] | undefined;
  /** Gives up while it is not open yet. */
  signal?: AbortSignal | undefined;
}

/**
 * What a `WebSocket` is once it is open; so there is no event `open`. The vault closes it with code 4401,
 * `session_ended`, and 4408, `token_expired`: then open another one.
 */
export interface VaultSocket extends EventTarget {
  /** As given: without a ticket. */
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  /** `WebSocket.OPEN`, `CLOSING` or `CLOSED`. */
  readonly readyState: number;
  /** Bytes given to `send` that have not left the browser. */
  readonly bufferedAmount: number;
  binaryType: BinaryType;
  onmessage: ((this: VaultSocket, event: MessageEvent) => void) | null;
  onerror: ((this: VaultSocket, event: Event) => void) | null;
  onclose: ((this: VaultSocket, event: CloseEvent) => void) | null;
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void;
  close(code?: number, reason?: string): void;
}

/** An open vault. Its functions can be passed around on their own. */
export interface Vault {
  /**
   * `fetch`, with an access token for the listed resources. Rejects with fetch's own errors, or a `VaultError`.
   *
   * @example
   * ```ts
   * const response = await vault.fetch("https://api.example.com/v1/me", { signal: AbortSignal.timeout(5000) });
   * const me = await response.json();
   * ```
   */
  readonly fetch: (input: RequestInfo | URL, init?: VaultRequestInit) => Promise<Response>;
  /**
   * A WebSocket of a listed resource, open and authenticated. Rejects with a `TypeError` if it cannot be opened, or a
   * `VaultError`.
   *
   * @example
   * ```ts
   * const socket = await vault.socket("wss://api.example.com/v1/live");
   * socket.onmessage = ({ data }) => show(data);
   * socket.onclose = ({ code }) => code === 4408 && reopen();
   * ```
   */
  readonly socket: (url: string | URL, options?: SocketOptions) => Promise<VaultSocket>;
  /**
   * Who is signed in. The same object until it changes.
   *
   * @example
   * ```ts
   * const session = useSyncExternalStore(vault.subscribe, () => vault.session);
   * ```
   */
  readonly session: Session;
  /** Calls back after each change of `session`; gives the function that stops it. */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Leaves the page to sign in, and comes back to `returnTo`.
   *
   * @example
   * ```ts
   * signInButton.onclick = () => vault.login({ returnTo: "/account" });
   * ```
   */
  readonly login: (options?: LoginOptions) => Promise<never>;
  /**
   * Ends the session here and in all tabs. `logoutUrl` is where the provider's own log-out begins, if it has one. Where there is
   * none to end, that is what was asked for; but `everywhere` is then `session_ended`, for the other browsers' are not ended.
   *
   * @example
   * ```ts
   * const { logoutUrl } = await vault.logout();
   * if (logoutUrl) location.assign(logoutUrl);
   * ```
   */
  readonly logout: (options?: LogoutOptions) => Promise<{ logoutUrl?: string }>;
  /** Ends the worker. Open requests fail with `closed`; the session goes on. */
  readonly close: () => void;
}
