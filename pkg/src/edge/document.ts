/** Fetches a small document, within the current request and within bounds. */

/** The largest document that is read. */
const MAX_BYTES = 256 * 1024;

/** Milliseconds after which a server counts as down. */
const TIMEOUT = 5000;

/** What a server answered. */
export interface Document {
  readonly body: Uint8Array;
  readonly cacheControl: string | undefined;
}

/** The document, or `undefined` for an answer that is not one. Rejects if there is no answer. */
export async function fetchDocument(
  url: URL,
  fetcher: ((request: Request) => Promise<Response>) | undefined,
): Promise<Document | undefined> {
  // "manual" shows a redirect as a response that is not 200: keys come from the configured place or not at all.
  const request = new Request(url, {
    headers: { accept: "application/jwk-set+json, application/json" },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const response = await (fetcher ?? fetch)(request);
  if (response.status !== 200) {
    await response.body?.cancel();
    return undefined;
  }
  const body = await readBounded(response);
  return body && { body, cacheControl: response.headers.get("cache-control") ?? undefined };
}

async function readBounded(response: Response): Promise<Uint8Array | undefined> {
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
