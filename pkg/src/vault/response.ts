import { PULL, type Pair } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { define, responseOf } from "./odd.ts";

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

const immutable = (): never => {
  throw new TypeError("Headers are immutable");
};

/** What the `Response` constructor cannot be told, on the response itself and on its clones. */
const complete = (response: Response, facts: Partial<Response>, source?: Pulled): Response => {
  const own: Record<string, unknown> = { ...facts };
  own["clone"] = () => complete(Response.prototype.clone.call(response), facts, source);
  for (const name of READERS) {
    const read = Response.prototype[name] as (() => Promise<unknown>) | undefined;
    // The engines' own readers are slow with the streams of a script, and disagree on the error of one that fails.
    own[name] =
      read &&
      (async () => {
        const { body, bodyUsed, headers } = response;
        if (!body || bodyUsed || body.locked) return read.call(response);
        source!.whole = true;
        const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
        const chunks = [];
        for (let next; !(next = await reader.read()).done;) chunks.push(next.value);
        const one = chunks.length === 1 && (chunks[0] as Uint8Array<ArrayBuffer>);
        return one && name === "arrayBuffer" && one.length === one.buffer.byteLength
          ? one.buffer
          : read.call(new Response(one || new Blob(chunks), { headers }));
      });
  }
  define(response.headers, { append: immutable, delete: immutable, set: immutable });
  return define(response, own);
};

/** A real `Response` for what the worker got. */
export const build = (
  [, , status, statusText, url, redirected, type, headers]: Head,
  body: Pulled | undefined,
): Response => {
  if (type === "opaqueredirect") {
    return complete(new Response(null), { url, redirected, type, status, ok: false });
  }
  let stream = body?.stream ?? null;
  if (stream && NULL_BODY.includes(status)) {
    void stream.cancel();
    stream = null;
  }
  const response = responseOf(stream, status, statusText, headers);
  return complete(response, { url, redirected, type, status, statusText, ok: response.ok }, body);
};

/** While fewer chunks than this wait in the page for their reader, more are asked for. */
const ROOM = 9;

/** A body that comes in messages: the stream, what a message goes into, and how it fails. */
export interface Pulled {
  stream: ReadableStream;
  /** Whether all of it will be read at once: said to the worker, which may not have begun. */
  whole?: boolean;
  take(chunks: Uint8Array[], over: boolean): void;
  fail(error: unknown): void;
  /** Whether it waits for its reader. */
  idle(): boolean;
}

export const pulled = (connection: Connection, id: number, cancel: () => void): Pulled => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  // The first is for a body that is begun only when it is read.
  let owed = 1;
  const pull = (): void => {
    for (; owed; owed--) connection.send(PULL, id, body.whole);
  };
  const stream = new ReadableStream<Uint8Array>(
    { start: (own) => void (controller = own), pull, cancel },
    // Nothing is asked for before somebody reads.
    { highWaterMark: 0 },
  );
  const body: Pulled = {
    stream,
    take: (chunks, over) => {
      owed++;
      for (const chunk of chunks) controller.enqueue(chunk);
      if (over) controller.close();
      else if (controller.desiredSize! > -ROOM) pull();
    },
    fail: (error) => controller.error(error),
    idle: () => owed > 0,
  };
  return body;
};
