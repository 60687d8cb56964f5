/**
 * What the page and the worker say to each other. Messages are arrays: a number that says what it is, the page's number
 * for the request it concerns, and the rest. None of them has room for a token. `src/wasm/vault/wire.rs` has the same numbers.
 */

/** Page to worker: `[FETCH, id, url, headers, init, replayable]`. */
export const FETCH = 0;
/** Page to worker: `[CANCEL, id]`: not wanted any more. */
export const CANCEL = 1;
/** Page to worker: `[PULL, id, whole]`: there is room for one more CHUNK of a body; whether all of it is to be read at once. */
export const PULL = 2;
/** Page to worker: `[LOGOUT, id, everywhere]`. */
export const LOGOUT = 3;
/** Page to worker: `[AWAKE]`, online or visible again. */
export const AWAKE = 4;
/** Page to worker: `[SOCKET, id, url, port, protocols, message | undefined]`. Once open, all goes over its own port. */
export const SOCKET = 5;
/** Page to worker: `[PING]`: is it still there? */
export const PING = 6;

/** Worker to page: `[READY, loginUrl]`. */
export const READY = 0;
/** Worker to page: `[REFUSED, code, message]`: it will not start. */
export const REFUSED = 1;
/** Worker to page: a {@link Head}, with what has come of the body, if it has one, and whether that was all; the rest follows in CHUNKs. */
export const RESPONSE = 2;
/** Worker to page: `[FAIL, id, code, reason]`. */
export const FAIL = 3;
/** Worker to page: `[ERROR, id, message]`, a failure of the network. */
export const ERROR = 4;
/** Worker to page: `[CHUNK, id, bytes[], whether that was all]`. */
export const CHUNK = 5;
/** Worker to page: `[STATE, status, session as JSON text | undefined]`. */
export const STATE = 6;
/** Worker to page: `[LOGGED_OUT, id, url | undefined]`. */
export const LOGGED_OUT = 7;
/** Worker to page: `[DIED]`: it trapped and has closed itself. */
export const DIED = 8;

/** Worker to page: `[PONG]`. */
export const PONG = 9;
/** Worker to page: `[PROGRESS, id, loaded, total | undefined]`, in bytes. */
export const PROGRESS = 10;

/** Worker to page, over a socket's port: `[OPENED, protocol, extensions]`. */
export const OPENED = 0;
/** Worker to page, over a socket's port: `[MESSAGE, data]`. */
export const MESSAGE = 1;
/** Worker to page, over a socket's port: `[SENT, bytes]`, counted from the beginning. */
export const SENT = 2;
/** Worker to page, over a socket's port: `[CLOSED, code, reason, wasClean]`. */
export const CLOSED = 3;

/** Wasm to worker: connect a socket. */
export const CONNECT = 0;
/** Wasm to worker: send this as it is. Larger numbers are the codes to close with. */
export const GREET = 1;
/** The codes that the vault closes a socket with, and the reasons that go with them. */
export const HANG_UPS: Record<number, string> = { 4401: "session_ended", 4408: "token_expired" };

/** A FormData, which cannot be cloned; its files travel by reference. */
export type WireForm = [name: string, value: FormDataEntryValue][];

/** What a request's body may be on the wire; everything else is turned into one of these by the page. */
export type WireBody = string | Blob | ArrayBuffer | ArrayBufferView | ReadableStream | WireForm | null;

/** The part of a RequestInit that travels. */
export interface WireInit {
  method: string;
  body: WireBody;
  credentials: RequestCredentials;
  cache: RequestCache;
  redirect: RequestRedirect;
  referrerPolicy: ReferrerPolicy;
  referrer?: string;
  integrity: string;
  keepalive: boolean;
  duplex?: "half";
  /** The number to report the upload's progress under. */
  progress?: number;
}

export type Pair = [name: string, value: string];

/** A RESPONSE message. */
export type Head = [
  kind: number,
  id: number,
  status: number,
  statusText: string,
  url: string,
  redirected: boolean,
  type: ResponseType,
  headers: Pair[],
  begun: Uint8Array<ArrayBuffer>[] | null,
  over: boolean,
];

/** A resource server, as configured. */
export interface WireResource {
  origin: string;
  paths?: readonly string[] | undefined;
  audience?: string | undefined;
  scope?: string | undefined;
  redirects?: boolean | undefined;
  socketMessage?: string | undefined;
}

/** The first and only message to the worker itself; the port comes with it. */
export interface Configuration {
  endpoints: string;
  provider?: string | undefined;
  resources: readonly WireResource[];
  /** Whether the page itself holds the worker: then what it says need not go over the port. */
  near?: boolean | undefined;
}
