/** Fetches a JWKS document, within the current request and within bounds. */
import { secureUrl } from "./config.ts";
import type { VerifierOptions } from "./types.ts";

/** The largest document that is read. */
const MAX_BYTES = 256 * 1024;

/** Milliseconds after which a key server counts as down. */
const TIMEOUT = 5000;

/** What a key server answered. */
export interface KeysAnswer {
  readonly body: Uint8Array;
  readonly cacheControl: string | undefined;
}

/** The keys' document, or `undefined` for any failure: the core decides what that means. Never rejects. */
export async function fetchKeys(options: VerifierOptions): Promise<KeysAnswer | undefined> {
  if (!("jwksUrl" in options.keys)) return undefined;
  try {
    // "manual" shows a redirect as a response that is not ok: keys come from the configured place or not at all.
    const request = new Request(secureUrl(options.keys.jwksUrl), {
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const response = await (options.fetch ?? fetch)(request);
    if (response.status !== 200) {
      await response.body?.cancel();
      return undefined;
    }
    const body = await readBounded(response);
    return body && { body, cacheControl: response.headers.get("cache-control") ?? undefined };
  } catch {
    return undefined;
  }
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
