/**
 * What the page and the worker say to each other. Messages are arrays: a number that says what it is, the page's number
 * for the request it concerns, and the rest. None of them has room for a token. `src/wasm/vault.rs` has the same numbers.
 */

/** Page to worker: `[FETCH, id, url, headers, init, replayable]`. */
export const FETCH = 0;
/** Page to worker: `[CANCEL, id]`: not wanted any more, or its transferred body has ended. */
export const CANCEL = 1;
/** Page to worker: `[PULL, id]`, a credit for one chunk of a body that could not be transferred. */
export const PULL = 2;
/** Page to worker: `[LOGOUT, id, everywhere]`. */
export const LOGOUT = 3;
/** Page to worker: `[AWAKE]`, online or visible again. */
export const AWAKE = 4;

/** Worker to page: `[READY, loginUrl]`. */
export const READY = 0;
/** Worker to page: `[REFUSED, code, message]`: it will not start. */
export const REFUSED = 1;
/** Worker to page: `[RESPONSE, id, status, statusText, url, redirected, type, headers, body]`. */
export const RESPONSE = 2;
/** Worker to page: `[FAIL, id, code, reason]`. */
export const FAIL = 3;
/** Worker to page: `[ERROR, id, message]`, a failure of the network. */
export const ERROR = 4;
/** Worker to page: `[CHUNK, id, bytes | undefined]`; without bytes the body has ended. */
export const CHUNK = 5;
/** Worker to page: `[STATE, status, session as JSON text | undefined]`. */
export const STATE = 6;
/** Worker to page: `[LOGGED_OUT, id, url | undefined]`. */
export const LOGGED_OUT = 7;
/** Worker to page: `[DIED]`: it trapped and has closed itself. */
export const DIED = 8;

/** `body` of a RESPONSE: transferred, none, or to be pulled chunk by chunk. */
export type ResponseBody = ReadableStream<Uint8Array<ArrayBuffer>> | null | true;

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
}

export type Pair = [name: string, value: string];

/** A resource server, as configured. */
export interface WireResource {
  origin: string;
  paths?: readonly string[] | undefined;
  audience?: string | undefined;
  scope?: string | undefined;
  redirects?: boolean | undefined;
}

/** The first and only message to the worker itself; the port comes with it. */
export interface Configuration {
  endpoints: string;
  provider?: string | undefined;
  resources: readonly WireResource[];
}

/** Frame to page, when it is ready for the page's port. */
export const HELLO = "strongroom:hello";
/** Page to frame, with the port. */
export const PORT = "strongroom:port";
/** Frame to page: the worker could not be started. */
export const BROKEN = "strongroom:broken";
