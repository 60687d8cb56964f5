/** Fetches a small document, within the current request and within bounds. */

/** The largest document that is read. The core refuses a larger one too. */
export const MAX_BYTES = 256 * 1024;

/** What a server answered. */
export interface Document {
  readonly body: Uint8Array;
  readonly cacheControl: string | undefined;
}

/** The document, or `undefined` for an answer that is not one. Rejects if there is no answer before the signal. */
export async function fetchDocument(
  url: URL,
  fetcher: ((request: Request) => Promise<Response>) | undefined,
  signal: AbortSignal,
): Promise<Document | undefined> {
  // "manual" shows a redirect as a response that is not 200: keys come from the configured place or not at all.
  const request = new Request(url, {
    headers: { accept: "application/jwk-set+json, application/json" },
    redirect: "manual",
    signal,
  });
  const response = await within(signal, (fetcher ?? fetch)(request));
  if (response.status !== 200) {
    await response.body?.cancel();
    return undefined;
  }
  const body = await within(signal, readBounded(response));
  return body && { body, cacheControl: response.headers.get("cache-control") ?? undefined };
}

/** The work's outcome, or a rejection once the signal comes: also for work that does not heed it. */
export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** The body, or `undefined` if it is larger than any document that is read. */
export async function readBounded(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  if (!reader) return undefined;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
