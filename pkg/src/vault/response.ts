import { PULL, type Pair, type ResponseBody } from "../protocol.ts";
import type { Connection } from "./connection.ts";

type Facts = Pick<Response, "url" | "redirected" | "type" | "status">;

/** What the `Response` constructor cannot be told. Clones keep it. */
const withFacts = (response: Response, facts: Facts): Response => {
  const own: PropertyDescriptorMap = {};
  for (const [name, value] of Object.entries(facts)) own[name] = { value, configurable: true };
  own["clone"] = {
    value: () => withFacts(Response.prototype.clone.call(response), facts),
    configurable: true,
  };
  return Object.defineProperties(response, own);
};

/** A real `Response` for what the worker got. */
export const build = (
  [, , status, statusText, url, redirected, type, headers]: [
    number,
    number,
    number,
    string,
    string,
    boolean,
    ResponseType,
    Pair[],
  ],
  body: ReadableStream | null,
): Response => {
  if (type === "opaqueredirect") {
    const response = new Response(null);
    Object.defineProperty(response, "ok", { value: false });
    return withFacts(response, { url, redirected, type, status });
  }
  return withFacts(new Response(body, { status, statusText, headers }), { url, redirected, type, status });
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

/** Errors the body with the signal's own reason, as fetch does, and cancels what feeds it. */
export const abortable = (body: ResponseBody, signal: AbortSignal): ReadableStream =>
  (body as ReadableStream).pipeThrough(new TransformStream(), { signal });
