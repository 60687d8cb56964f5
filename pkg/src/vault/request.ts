import { VaultError } from "../errors.ts";
import type { Pair, WireBody, WireInit } from "../protocol.ts";

/** What only the vault and the browser may set. `src/vault/io.rs` has the same list. */
const FORBIDDEN = ["authorization", "cookie", "dpop"];

/** A request, ready to travel. */
export interface Packed {
  url: string;
  headers: Pair[];
  init: WireInit;
  replayable: boolean;
  transfer: Transferable[];
}

/** The body as it can be cloned or transferred. What the browser encodes, `Request` has encoded already. */
const packBody = async (request: Request, given: BodyInit | null | undefined): Promise<WireBody> => {
  if (given instanceof URLSearchParams) return String(given);
  if (typeof given === "string" || given instanceof Blob) return given;
  // A copy: what the page does to its bytes afterwards is not sent. Engines upload a large Blob faster than a buffer, too.
  if (ArrayBuffer.isView(given) || given instanceof ArrayBuffer) return new Blob([given]);
  if (given instanceof ReadableStream) {
    // Without this, a browser that cannot would send nothing instead.
    if (!request.body) throw new VaultError("body_unusable", "this browser cannot upload streams");
    return request.body;
  }
  if (given instanceof FormData) return [...given];
  // The bodies of Request objects, and what else the browser knows to encode.
  if (given != null || !/^(GET|HEAD)$/.test(request.method)) {
    // Read so that an abort ends it, and its source: WebKit's `pipeThrough` waits for the next chunk all the same.
    const { body, signal } = request;
    signal.throwIfAborted();
    const reader = body?.getReader();
    signal.onabort = () => reader?.cancel(signal.reason);
    const read =
      reader &&
      new ReadableStream({
        pull: (to) => reader.read().then(({ done, value }) => (done ? to.close() : to.enqueue(value))),
      });
    const blob = await (read ? new Response(read) : request).blob();
    return blob.size || given != null ? blob : null;
  }
  return null;
};

/** Takes a fetch call apart, with the errors that fetch gives for what it cannot take. */
export const pack = async (
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Promise<[Request, Packed]> => {
  const given = (init ?? {}).body;
  const request = new Request(input, init);
  // `Request` drops `cookie` by itself, so that one is looked for in what was given.
  const names = new Headers(init?.headers ?? (input instanceof Request ? input.headers : []));
  const forbidden = FORBIDDEN.find((name) => names.has(name));
  if (forbidden) throw new VaultError("header_forbidden", forbidden);
  if (request.mode !== "cors")
    throw new TypeError(`A vault's requests cannot have the mode "${request.mode}"`);
  if (request.bodyUsed) throw new TypeError("The body has already been read");
  const body = await packBody(request, given);
  const { method, credentials, cache, redirect, referrerPolicy, integrity, keepalive } = request;
  const wire: WireInit = { method, body, credentials, cache, redirect, referrerPolicy, integrity, keepalive };
  // Said outright, else the worker's own address would be the referrer.
  wire.referrer = request.referrer === "about:client" ? location.href : request.referrer;
  const streams = body instanceof ReadableStream;
  // The worker encodes a form anew, with another boundary.
  if (Array.isArray(body) && !names.has("content-type")) request.headers.delete("content-type");
  if (streams) wire.duplex = "half";
  return [
    request,
    {
      url: request.url,
      headers: [...request.headers],
      init: wire,
      replayable: !streams,
      transfer: streams ? [body] : [],
    },
  ];
};
