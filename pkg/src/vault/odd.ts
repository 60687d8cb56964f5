import type { Pair } from "../protocol.ts";

/** Gives an object properties of its own, where those of its prototype say something else. */
export const define = <T extends object>(target: T, values: object): T => {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return target;
};

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
    return define(new Response(body, { headers }), { status, statusText, ok: status >= 200 && status < 300 });
  }
};
