/** Requests to the provider whose answers are held to a size: none that is meant is longer. */

const MOST_BYTES = 1024 * 1024;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `fetch`, or the global one, that rejects when a body is too large. Redirects are not followed: `init` says so. */
export function bounded(fetch?: Fetch) {
  return async (url: string, init: object): Promise<Response> => {
    const response = await (fetch ?? globalThis.fetch)(url, init as RequestInit);
    const { status, statusText, headers, body } = response;
    if (body === null) return response;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = body.getReader();
    for (let size = 0; ;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > MOST_BYTES) {
        await reader.cancel().catch(() => undefined);
        throw new RangeError("the provider's answer is too large");
      }
      chunks.push(value as Uint8Array<ArrayBuffer>);
    }
    return new Response(new Blob(chunks), { status, statusText, headers });
  };
}
