import { type Head, PULL } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { define, responseOf } from "./odd.ts";

type Chunk = Uint8Array<ArrayBuffer>;

const contentOf = (chunks: Chunk[]): BodyInit => (chunks.length === 1 ? chunks[0]! : new Blob(chunks));

const READERS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;

const immutable = (): never => {
  throw new TypeError("Headers are immutable");
};

/**
 * What the `Response` constructor cannot be told, on the response itself and on its clones. `whole` is all of the body, if it is
 * there already.
 */
const complete = (
  response: Response,
  facts: Partial<Response>,
  whole: Chunk[] | null,
  source: Pulled | undefined,
  signal: AbortSignal,
): Response => {
  const own: Record<string, unknown> = { ...facts };
  own["clone"] = () => complete(Response.prototype.clone.call(response), facts, whole, source, signal);
  for (const name of READERS) {
    const read = Response.prototype[name] as (() => Promise<unknown>) | undefined;
    // The engines' own readers are slow with the streams of a script, and disagree on the error of one that fails.
    own[name] =
      read &&
      (async () => {
        const { body, bodyUsed, headers } = response;
        if (!body || bodyUsed || body.locked) return read.call(response);
        const chunks = whole ?? [];
        if (whole) {
          signal.throwIfAborted();
          // Their way to the few bytes that lie here is long, too. This way the body is used and locked as it would be.
          void body.getReader().cancel();
        } else {
          source!.whole = true;
          const reader = (body as ReadableStream<Chunk>).getReader();
          for (let next; !(next = await reader.read()).done;) chunks.push(next.value);
        }
        const [one, more] = chunks;
        if (one && !more) {
          if (name === "arrayBuffer" && !whole && one.length === one.buffer.byteLength) return one.buffer;
          const text = () => new TextDecoder().decode(one);
          try {
            if (name === "text") return text();
            if (name === "json") return JSON.parse(text());
          } catch {
            // The error is theirs to make.
          }
        }
        return read.call(new Response(contentOf(chunks), { headers }));
      });
  }
  define(response.headers, { append: immutable, delete: immutable, set: immutable });
  return define(response, own);
};

/** A real `Response` for what the worker got: with all of its body, or with one that comes in messages. */
export const build = (
  [, , status, statusText, url, redirected, type, headers, whole]: Head,
  body: Pulled | undefined,
  signal: AbortSignal,
): Response => {
  const content = body ? body.stream : whole && contentOf(whole);
  const response = responseOf(content, status, statusText, headers);
  return complete(
    response,
    { url, redirected, type, status, statusText, ok: response.ok },
    body ? null : whole,
    body,
    signal,
  );
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

export const pulled = (
  connection: Connection,
  id: number,
  cancel: () => void,
  begun: Uint8Array[],
): Pulled => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  // The first is for a body that is begun only when it is read.
  let owed = 1;
  const pull = (): void => {
    for (; owed; owed--) connection.send([PULL, id, body.whole]);
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (own) => {
        controller = own;
        for (const chunk of begun) own.enqueue(chunk);
      },
      pull,
      cancel,
    },
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
