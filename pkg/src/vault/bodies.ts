import { CHUNK, RESPONSE } from "../protocol.ts";

/** A message has so many bytes at most, unless one chunk has more. */
const FULL = 256 * 1024;
/** So many messages may be on their way before the page has asked for any. */
const AHEAD = 2;
/** A body that says that it is larger is not begun before the page reads it: it may want the whole of it. */
const LARGE = 1024 * 1024;
/** An answer waits so long for its body to be whole: most are, and go in one message. */
const TOGETHER_MILLIS = 2;

/** Answers that have none, whatever came. */
export const NULL_BODY = [204, 205, 304];

type Chunk = Uint8Array<ArrayBuffer>;

const headOf = (id: number, response: Response) => [
  RESPONSE,
  id,
  response.status,
  response.statusText,
  response.url,
  response.redirected,
  response.type,
  [...response.headers],
];

/**
 * Sends answers to the page. What arrives while messages are on their way goes together into the next one: engines spend more
 * on a message than on its bytes. A page that does not read holds the body back.
 */
export class Bodies {
  readonly #send: (message: unknown[], transfer: Transferable[]) => void;
  readonly #pulls = new Map<number, (whole?: boolean, gone?: boolean) => void>();

  constructor(send: (message: unknown[], transfer: Transferable[]) => void) {
    this.#send = send;
  }

  /** The page has room for another message, or wants the whole of it in one. */
  pull(id: number, whole?: boolean): void {
    this.#pulls.get(id)?.(whole);
  }

  /** The page wants no more of it. */
  cancel(id: number): void {
    this.#pulls.get(id)?.(false, true);
  }

  /** Done once all of it has been sent; rejects if the body breaks off. `empty` is one that only tells its length. */
  async pump(id: number, response: Response, empty = false): Promise<void> {
    const { body, headers, status } = response;
    if (!body || NULL_BODY.includes(status)) {
      body?.cancel().catch(() => {});
      return this.#send([...headOf(id, response), null, true], []);
    }
    const large = Number(headers.get("content-length")) > LARGE && !empty;
    if (!large) return this.#stream(id, body, () => headOf(id, response));
    this.#send([...headOf(id, response), [], false], []);
    const [whole, gone] = await new Promise<unknown[]>((resolve) => {
      this.#pulls.set(id, (...given) => resolve(given));
    });
    this.#pulls.delete(id);
    if (gone) return body.cancel();
    if (!whole) return this.#stream(id, body);
    // The engine's own way to read all of it is its fastest by far.
    const all = await response.arrayBuffer();
    this.#send([CHUNK, id, [new Uint8Array(all)], true], [all]);
  }

  /** `head` gives what still is to be said before the body. */
  async #stream(id: number, body: ReadableStream, head?: () => unknown[]): Promise<void> {
    const reader: ReadableStreamDefaultReader<Chunk> = body.getReader();
    // Begun first: the bytes come while the rest is made ready.
    let reading: ReturnType<typeof reader.read> | undefined = reader.read();
    let first = head?.();
    let [credit, size] = [AHEAD, 0];
    let batch: Chunk[] = [];
    let wake: (() => void) | undefined;
    const send = (over: boolean): void => {
      if (!first) credit--;
      const transfer = batch.map(({ buffer }) => buffer);
      this.#send([...(first ?? [CHUNK, id]), batch, over], transfer);
      [first, size, batch] = [undefined, 0, []];
      wake?.();
    };
    const timer = first && setTimeout(() => first && send(false), TOGETHER_MILLIS);
    this.#pulls.set(id, (_, gone) => {
      if (gone) reader.cancel().catch(() => {});
      credit++;
      if (size) send(false);
    });
    try {
      for (;;) {
        if (size >= FULL) await new Promise<void>((resolve) => void (wake = resolve));
        const { done, value } = await (reading ?? reader.read());
        reading = undefined;
        if (done) break;
        batch.push(value);
        size += value.byteLength;
        if (first ? size >= FULL : credit > 0) send(false);
      }
      send(true);
    } catch (error) {
      if (first) send(false);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#pulls.delete(id);
    }
  }
}
