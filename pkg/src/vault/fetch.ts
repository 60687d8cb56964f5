import { VaultError, type VaultErrorCode } from "../errors.ts";
import { CANCEL, CHUNK, ERROR, FAIL, FETCH, type Head, PROGRESS, RESPONSE } from "../protocol.ts";
import type { Connection, Waiter } from "./connection.ts";
import { type Packed, pack } from "./request.ts";
import { build, type Pulled, pulled } from "./response.ts";
import type { VaultRequestInit } from "./types.ts";

/** One request, from the message to the worker until its body has ended. */
const perform = (
  connection: Connection,
  packed: Packed,
  signal: AbortSignal,
  onProgress: VaultRequestInit["onUploadProgress"],
): Promise<Response> =>
  new Promise((resolve, reject) => {
    let body: Pulled | undefined;
    const end = () => {
      connection.done(id);
      signal.removeEventListener("abort", abort);
    };
    const fail = (error: unknown) => {
      end();
      reject(error);
      body?.fail(error);
    };
    const cancel = () => {
      connection.send([CANCEL, id]);
      end();
    };
    const abort = () => {
      cancel();
      fail(signal.reason);
    };
    const waiter: Waiter = {
      fail,
      idle: () => body?.idle(),
      message: (message) => {
        const [kind, , first, second] = message;
        if (kind === RESPONSE) {
          const head = message as Head;
          if (head[9]) end();
          else body = pulled(connection, id, cancel, head[8]!);
          try {
            resolve(build(head, body, signal));
          } catch (error) {
            cancel();
            fail(error);
          }
        } else if (kind === CHUNK) {
          if (second) end();
          body?.take(first as Uint8Array[], second as boolean);
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
      connection.send([FETCH, id, url, headers, init, replayable], transfer);
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
