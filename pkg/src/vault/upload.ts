import { PROGRESS, type WireForm } from "../protocol.ts";
import { NULL_BODY } from "./bodies.ts";
import { define, responseOf } from "./odd.ts";

type Tell = (loaded: number, total?: number) => void;

/** A form came as a list of its entries. */
const formOf = (entries: WireForm): FormData => {
  const form = new FormData();
  for (const [name, value] of entries) form.append(name, value as string);
  return form;
};

const counted = (body: ReadableStream<Uint8Array>, tell: Tell): ReadableStream => {
  let loaded = 0;
  const transform = (chunk: Uint8Array, controller: TransformStreamDefaultController): void => {
    controller.enqueue(chunk);
    tell((loaded += chunk.byteLength));
  };
  return body.pipeThrough(new TransformStream({ transform }));
};

/** The only request of a browser that tells how far its body has got. It always follows redirects. */
const byXhr = (url: string, init: RequestInit, tell: Tell): Promise<Response> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const { method = "POST", headers, credentials, body, signal } = init;
    request.open(method, url);
    (headers as Headers).forEach((value, name) => request.setRequestHeader(name, value));
    request.withCredentials = credentials === "include";
    request.responseType = "arraybuffer";
    request.upload.onprogress = ({ loaded, total }) => tell(loaded, total);
    request.onload = () => {
      const { status, statusText, responseURL } = request;
      const lines = request.getAllResponseHeaders().split("\r\n").filter(Boolean);
      const pairs = lines.map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 1).trim()]);
      const content = NULL_BODY.includes(status) ? null : (request.response as ArrayBuffer);
      const response = responseOf(content, status, statusText, pairs as [string, string][]);
      resolve(
        define(response, {
          url: responseURL,
          redirected: responseURL !== url.split("#", 1)[0],
          type: "cors",
        }),
      );
    };
    request.onerror = () => reject(new TypeError("Failed to fetch"));
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener("abort", () => request.abort());
    request.send(body as XMLHttpRequestBodyInit);
  });

/**
 * fetch, with a body as it came from the page, and with the upload's progress if the page asks for it. The request is made
 * before this returns: its headers lose the token right afterwards.
 */
export const upload = async (
  fetch: typeof globalThis.fetch,
  post: (message: unknown[]) => void,
  url: string,
  init: RequestInit & { progress?: number },
): Promise<Response> => {
  const given = init.body ?? null;
  const body = Array.isArray(given) ? formOf(given as unknown as WireForm) : given;
  const { progress, cache, integrity, keepalive, redirect, referrer, referrerPolicy } = init;
  const tell: Tell = (loaded, total) => post([PROGRESS, progress, loaded, total]);
  if (progress === undefined || body === null) return fetch(url, body === given ? init : { ...init, body });
  if (body instanceof ReadableStream) return fetch(url, { ...init, body: counted(body, tell) });
  const plain = cache === "default" && !integrity && !keepalive && referrer && !referrerPolicy;
  if (redirect === "follow" && plain) return byXhr(url, { ...init, body }, tell);
  // What fetch alone can do is done by fetch, and then only the beginning and the end can be told.
  const answer = fetch(url, { ...init, body });
  const { size } = await new Response(body).blob();
  tell(0, size);
  const response = await answer;
  tell(size, size);
  return response;
};
