import { PULL, type Pair, type ResponseBody } from "../protocol.ts";
import type { Connection } from "./connection.ts";

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
  body: ResponseBody,
];

const NULL_BODY = [101, 103, 204, 205, 304];
const READERS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;

/** What the `Response` constructor cannot be told, on the response itself and on its clones. */
const complete = (response: Response, facts: Partial<Response>, signal: AbortSignal): Response => {
  const own: Record<string, unknown> = { ...facts };
  own["clone"] = () => complete(Response.prototype.clone.call(response), facts, signal);
  for (const name of READERS) {
    const read = Response.prototype[name] as (() => Promise<unknown>) | undefined;
    // Engines disagree on how a constructed body fails; fetch gives the signal's reason, or a TypeError.
    if (read) {
      own[name] = () =>
        read.call(response).catch((error: unknown) => {
          if (signal.aborted) throw signal.reason;
          throw error instanceof DOMException && error.name !== "SyntaxError"
            ? new TypeError(error.message)
            : error;
        });
    }
  }
  for (const name of ["append", "delete", "set"]) {
    Object.defineProperty(response.headers, name, {
      value: () => {
        throw new TypeError("Headers are immutable");
      },
    });
  }
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(response, name, { value, configurable: true, writable: true });
  }
  return response;
};

/** A real `Response` for what the worker got. */
export const build = (
  [, , status, statusText, url, redirected, type, headers]: Head,
  body: ReadableStream | null,
  signal: AbortSignal,
): Response => {
  if (type === "opaqueredirect") {
    return complete(new Response(null), { url, redirected, type, status, ok: false }, signal);
  }
  if (body && NULL_BODY.includes(status)) {
    void body.cancel();
    body = null;
  }
  const response = new Response(body, { status, statusText, headers });
  return complete(response, { url, redirected, type }, signal);
};

/** A body that comes over the port, chunk by chunk, each asked for: for engines that cannot transfer streams. */
export const pulled = (
  connection: Connection,
  id: number,
  cancel: () => void,
): [ReadableStream, ReadableStreamDefaultController<Uint8Array>] => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (own) => void (controller = own),
      pull: () => connection.send(PULL, id),
      cancel,
    },
    { highWaterMark: 2 },
  );
  return [stream, controller];
};

/** Errors the body with the signal's own reason, as fetch does; tells once it has ended, has broken or is not wanted. */
export const abortable = (body: ReadableStream, signal: AbortSignal, over: () => void): ReadableStream => {
  const { readable, writable } = new TransformStream();
  // The worker's abort ends the body. To cancel it as well could take for ever, and `over` would wait for it.
  body.pipeTo(writable, { signal, preventCancel: true }).then(over, over);
  return readable;
};
