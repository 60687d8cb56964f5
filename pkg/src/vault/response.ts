import { PULL, type Pair } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { responseOf } from "./odd.ts";

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
  body: true | null,
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
  const response = responseOf(body, status, statusText, headers);
  return complete(response, { url, redirected, type, status, statusText, ok: response.ok }, signal);
};

/** So many bytes wait in the page for their reader, and no more are asked for. */
const ROOM = 256 * 1024;

/** A body that comes in messages: the stream, what a message goes into, and how it fails. */
export interface Pulled {
  stream: ReadableStream;
  take(chunks: Uint8Array[], over: boolean): void;
  fail(error: unknown): void;
  /** Whether it waits for its reader. */
  idle(): boolean;
}

export const pulled = (connection: Connection, id: number, cancel: () => void): Pulled => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let owed = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (own) => void (controller = own),
      pull: () => {
        for (; owed; owed--) connection.send(PULL, id);
      },
      cancel,
    },
    { highWaterMark: ROOM, size: (chunk) => chunk.byteLength },
  );
  return {
    stream,
    take: (chunks, over) => {
      owed++;
      for (const chunk of chunks) controller.enqueue(chunk);
      if (over) controller.close();
    },
    fail: (error) => controller.error(error),
    idle: () => owed > 0,
  };
};
