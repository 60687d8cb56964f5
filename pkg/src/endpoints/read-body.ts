/** A request's body, or `request_invalid`. */
import { EndpointsError } from "./errors.ts";

const MOST_BYTES = 4096;

/** A small JSON object. */
export async function readBody(request: Request): Promise<Record<string, unknown>> {
  const text = await readText(request, MOST_BYTES);
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new EndpointsError("request_invalid");
}

/** Reads no more than the limit, whatever the length says. */
export async function readText(request: Request, mostBytes: number): Promise<string> {
  const reader = request.body?.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let size = 0;
  let text = "";
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return text + decoder.decode();
      size += chunk.value.byteLength;
      if (size > mostBytes) throw new RangeError("body too large");
      text += decoder.decode(chunk.value, { stream: true });
    }
  } catch {
    await reader?.cancel().catch(() => undefined);
    throw new EndpointsError("request_invalid");
  }
}
