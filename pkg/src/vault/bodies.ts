import { CHUNK } from "../protocol.ts";

/** A message has so many bytes at most, unless one chunk has more. */
const FULL = 256 * 1024;
/** So many messages may be on their way before the page has asked for any. */
const AHEAD = 2;
/** A body that says that it is larger is not begun before the page reads it: it may want the whole of it. */
const LARGE = 1024 * 1024;

/**
 * Sends bodies to the page. What arrives while messages are on their way goes together into the next one: engines spend more
 * on a message than on its bytes. A page that does not read holds the body back.
 */
export class Bodies {
  readonly #send: (message: unknown[], transfer: Transferable[]) => void;
  readonly #pulls = new Map<number, (whole?: boolean) => void>();

  constructor(send: (message: unknown[], transfer: Transferable[]) => void) {
    this.#send = send;
  }

  /** The page has room for another message, or wants the whole of it in one, or no more of any. */
  pull(id: number, whole?: boolean): void {
    this.#pulls.get(id)?.(whole);
  }

  /** Done once all of it has been sent; rejects if it breaks off. */
  async pump(id: number, response: Response): Promise<void> {
    if (Number(response.headers.get("content-length")) > LARGE) {
      const whole = await new Promise((resolve) => void this.#pulls.set(id, resolve));
      this.#pulls.delete(id);
      // The engine's own way to read all of it is its fastest by far.
      if (whole) {
        const all = await response.arrayBuffer();
        return this.#send([CHUNK, id, [new Uint8Array(all)], true], [all]);
      }
    }
    const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
    let [credit, size] = [AHEAD, 0];
    let batch: Uint8Array<ArrayBuffer>[] = [];
    let wake: (() => void) | undefined;
    const send = (over: boolean): void => {
      const transfer = batch.map(({ buffer }) => buffer);
      this.#send([CHUNK, id, batch, over], transfer);
      [credit, size, batch] = [credit - 1, 0, []];
      wake?.();
    };
    this.#pulls.set(id, () => {
      credit++;
      if (size) send(false);
    });
    try {
      for (;;) {
        if (size >= FULL) await new Promise<void>((resolve) => void (wake = resolve));
        const { done, value } = await reader.read();
        if (done) break;
        batch.push(value);
        size += value.byteLength;
        if (credit > 0) send(false);
      }
      send(true);
    } finally {
      this.#pulls.delete(id);
    }
  }
}
