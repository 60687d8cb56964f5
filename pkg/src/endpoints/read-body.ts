/** A small JSON object from a request, or `request_invalid`. */
import { EndpointsError } from "./errors.ts";

const MOST_BYTES = 4096;

/** Reads no more than the limit, whatever the length says. */
export async function readBody(request: Request): Promise<Record<string, unknown>> {
  const reader = request.body?.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let size = 0;
  let text = "";
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) break;
      size += chunk.value.byteLength;
      if (size > MOST_BYTES) throw new RangeError("body too large");
      text += decoder.decode(chunk.value, { stream: true });
    }
    const body: unknown = JSON.parse(text + decoder.decode());
    if (typeof body === "object" && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    await reader?.cancel().catch(() => undefined);
  }
  throw new EndpointsError("request_invalid");
}
