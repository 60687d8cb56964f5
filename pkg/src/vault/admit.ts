import { FETCH, type Pair, type WireInit } from "../protocol.ts";

/** What `Host.parse` gives. */
export const partsOf = (url: unknown): string | undefined => {
  if (typeof url !== "string" || !URL.canParse(url)) return;
  const { href, protocol, hostname, port, pathname, username, password, search, hash } = new URL(url);
  return [href, protocol, hostname, port, pathname, username + password, search + hash].join("\n");
};

/** What `Host.admit` gives. The headers in the message become what they are made of. */
export const admit = (message: unknown[]): string | undefined => {
  try {
    const headers = new Headers(message[3] as Pair[]);
    const parts = partsOf(message[2]);
    // A plain object: of a view, every byte would be a member.
    if (!parts || Object.getPrototypeOf(message[4]) !== Object.prototype) return;
    message[3] = headers;
    return `${parts}\n${[...headers.keys()]}`;
  } catch {
    return;
  }
};

/** The request that a message asks for: one with a body of its own, or one for a socket's ticket. */
export const initOf = (
  [kind, , , headers, given]: unknown[],
  follow: boolean,
  signal: AbortSignal,
): RequestInit & { headers: Headers; progress?: number } => {
  const init = (kind === FETCH ? given : { method: "POST", redirect: "follow" }) as RequestInit & WireInit;
  return {
    ...init,
    headers: kind === FETCH ? (headers as Headers) : new Headers(),
    mode: "cors",
    redirect: follow || init.redirect === "manual" ? init.redirect : "error",
    signal,
  };
};

/** Lets the source of a message's body go that no request has taken. */
export const unsent = (message: unknown[]): void => {
  const { body } = Object(message[4]) as WireInit;
  if (body instanceof ReadableStream && !body.locked) body.cancel(AbortSignal.abort().reason).catch(() => {});
};
