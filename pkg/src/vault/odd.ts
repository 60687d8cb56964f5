import type { Pair } from "../protocol.ts";

/** A `Response` of any status and any reason phrase: servers give some that the constructor does not take. */
export const responseOf = (
  body: BodyInit | null,
  status: number,
  statusText: string,
  headers: Pair[],
): Response => {
  try {
    return new Response(body, { status, statusText, headers });
  } catch {
    const response = new Response(body, { headers });
    const facts = { status, statusText, ok: status >= 200 && status < 300 };
    for (const [name, value] of Object.entries(facts)) {
      Object.defineProperty(response, name, { value, configurable: true });
    }
    return response;
  }
};
