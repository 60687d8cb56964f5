import { VaultError, type VaultErrorCode } from "../errors.ts";
import { CANCEL, CHUNK, ERROR, FAIL, FETCH, PROGRESS, RESPONSE } from "../protocol.ts";
import type { Connection, Waiter } from "./connection.ts";
import { type Packed, pack } from "./request.ts";
import { abortable, build, type Head, pulled } from "./response.ts";
import type { VaultRequestInit } from "./types.ts";

/** Aborts with either of them; an engine that cannot tell keeps to the first. */
const either = (one: AbortSignal, other: AbortSignal): AbortSignal =>
  (AbortSignal.any as typeof AbortSignal.any | undefined)?.([one, other]) ?? one;

/** One request, from the message to the worker until its body has ended. */
const perform = (
  connection: Connection,
  packed: Packed,
  signal: AbortSignal,
  onProgress: VaultRequestInit["onUploadProgress"],
): Promise<Response> =>
  new Promise((resolve, reject) => {
    let chunks: ReadableStreamDefaultController<Uint8Array> | undefined;
    const end = () => {
      connection.done(id);
      signal.removeEventListener("abort", abort);
    };
    const fail = (error: unknown) => {
      end();
      reject(error);
      chunks?.error(error);
    };
    const abort = () => {
      connection.send(CANCEL, id);
      fail(signal.reason);
    };
    const waiter: Waiter = {
      fail,
      message: (message) => {
        const [kind, , first, second] = message;
        if (kind === RESPONSE) {
          const head = message as Head;
          let body = head[8];
          const [lost, ended] = connection.body();
          const ends = either(signal, lost);
          if (body === true) {
            const cancel = () => {
              connection.send(CANCEL, id);
              end();
            };
            // Its waiter stays.
            ended();
            [body, chunks] = pulled(connection, id, cancel);
          } else {
            end();
            if (body) {
              body = abortable(body, ends, () => {
                ended();
                connection.send(CANCEL, id);
              });
            } else ended();
          }
          resolve(build(head, body, ends));
        } else if (kind === CHUNK) {
          if (first) return chunks?.enqueue(first as Uint8Array);
          end();
          chunks?.close();
        } else if (kind === PROGRESS) {
          onProgress?.({ loaded: first as number, total: second as number | undefined });
        } else if (kind === ERROR) {
          fail(new TypeError(String(first)));
        } else if (kind === FAIL) {
          fail(new VaultError(first as VaultErrorCode, undefined, second as string));
        }
      },
    };
    const id = connection.expect(waiter);
    signal.addEventListener("abort", abort);
    const { url, headers, init, replayable, transfer } = packed;
    if (onProgress) init.progress = id;
    try {
      connection.sendWith(transfer, FETCH, id, url, headers, init, replayable);
    } catch (error) {
      fail(new VaultError("body_unusable", error instanceof Error ? error.message : undefined));
    }
  });

/** `vault.fetch`. */
export const fetchThrough =
  (connection: Connection, passthrough: boolean) =>
  async (...given: [input: RequestInfo | URL, init?: VaultRequestInit]): Promise<Response> => {
    if (!given.length) throw new TypeError("1 argument required, but only 0 present.");
    const [input, init] = given;
    const spare = passthrough
      ? new Request(input instanceof Request ? input.clone() : input, init)
      : undefined;
    const [request, packed] = await pack(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    try {
      return await perform(connection, packed, signal, init?.onUploadProgress);
    } catch (error) {
      if (spare && error instanceof VaultError && error.code === "resource_not_allowed") return fetch(spare);
      throw error;
    }
  };
