/**
 * `strongroom/events`: server-sent events over `vault.fetch`, since a browser's `EventSource` can carry no token.
 *
 * @module
 */

/** One event, as an `EventSource` would have told it. */
export interface ServerEvent {
  /** `"message"` unless the server named it. */
  readonly type: string;
  readonly data: string;
  /** The last `id` that the server gave, sent back as `last-event-id` when the connection is made anew. */
  readonly lastEventId: string;
}

/** What `events` takes beside what `fetch` takes. Ended by its `signal`, with the signal's reason. */
export interface EventsInit extends RequestInit {
  /** Where to go on, from an earlier time. */
  lastEventId?: string | undefined;
}

type Fetch = (url: string | URL, init: RequestInit) => Promise<Response>;

const RETRY_MILLIS = 3000;
const RETRY_CAP_MILLIS = 30_000;
/** Half of the pause after a first failure, whatever the server wishes. */
const RETRY_FLOOR_MILLIS = 250;
/** No timer takes more. */
const RETRY_LIMIT_MILLIS = 2 ** 31 - 1;

/** Errors that pass: the network's, and what the vault says while it cannot reach its endpoints or has a new worker. */
const passes = (error: unknown): boolean =>
  error instanceof TypeError ||
  ["unreachable", "worker_restarted"].includes((error as { code?: string })?.code ?? "");

const pause = (millis: number, signal: AbortSignal | null | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", over);
      resolve();
    }, millis);
    signal?.addEventListener("abort", over);
    if (signal?.aborted) over();
  });

/** An id as an `EventSource` sends it: a header's value is bytes, and an id's are UTF-8. */
const encoded = (id: string): string =>
  Array.from(new TextEncoder().encode(id), (byte) => String.fromCharCode(byte)).join("");

async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let afterReturn = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (!value) continue;
      // A return at the end of one chunk may be half of a line's end; the line is told at once all the same.
      const text = afterReturn && value.startsWith("\n") ? value.slice(1) : value;
      afterReturn = value.endsWith("\r");
      const [first = "", ...others] = text.split(/\r\n|\n|\r/);
      rest += first;
      for (const other of others) {
        yield rest;
        rest = other;
      }
    }
  } finally {
    // Not awaited: some engines settle it only once the server has noticed.
    reader.cancel().catch(() => {});
  }
}

/**
 * The events of a stream, one after the other, for ever: when the connection ends or breaks it is made anew, as an
 * `EventSource` does, with the last event's id. It ends when the server answers 204, when the loop is left, or with an
 * error: the signal's reason, a `VaultError`, or an `Error` for an answer that is no event stream. 429 and 5xx are tried again.
 *
 * @example
 * ```ts
 * import { openVault } from "strongroom";
 * import { events } from "strongroom/events";
 *
 * const vault = await openVault({ endpoints: "/auth", resources: [{ origin: "https://api.example.com" }] });
 * for await (const { type, data } of events(vault.fetch, "https://api.example.com/v1/news")) {
 *   if (type === "headline") console.log(JSON.parse(data));
 * }
 * ```
 */
export async function* events(
  fetch: Fetch,
  url: string | URL,
  init: EventsInit = {},
): AsyncGenerator<ServerEvent> {
  const { lastEventId: from = "", signal, ...rest } = init;
  const headers = new Headers(rest.headers);
  headers.set("accept", "text/event-stream");
  // What no request can be made of is said at once, and not taken for trouble on the network.
  const { body, mode = "cors" } = rest;
  new Request(url, { ...rest, headers, body: body == null ? null : "" });
  if (mode !== "cors") throw new TypeError(`Events cannot be read with the mode "${mode}"`);
  if (body instanceof ReadableStream) throw new TypeError("A stream cannot be sent again");
  let [last, retry, failures] = [from, RETRY_MILLIS, 0];
  for (;;) {
    if (last) headers.set("last-event-id", encoded(last));
    try {
      const response = await fetch(url, { cache: "no-store", ...rest, headers, signal: signal ?? null });
      if (response.status === 204) return;
      const type = response.headers.get("content-type") ?? "";
      if (response.status === 200 && response.body && /^text\/event-stream\b/i.test(type)) {
        failures = 0;
        let [event, data, id] = ["", [] as string[], last];
        for await (const line of linesOf(response.body)) {
          const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
          if (line === "") {
            last = id;
            if (data.length) yield { type: event || "message", data: data.join("\n"), lastEventId: last };
            [event, data] = ["", []];
          } else if (field === "event") event = value;
          else if (field === "data") data.push(value);
          else if (field === "id" && !value.includes("\0")) id = value;
          else if (field === "retry" && /^\d+$/.test(value))
            retry = Math.min(Number(value), RETRY_LIMIT_MILLIS);
        }
      } else {
        response.body?.cancel().catch(() => {});
        if (response.status < 500 && response.status !== 429) {
          throw new Error(`The answer is no event stream: ${response.status} ${type}`.trim());
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!passes(error)) throw error;
    }
    const first = failures ? Math.max(retry, RETRY_FLOOR_MILLIS) : retry;
    await pause(Math.min(first * 2 ** failures++, Math.max(first, RETRY_CAP_MILLIS)), signal);
  }
}
