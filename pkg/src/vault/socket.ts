import type { VaultError } from "../errors.ts";
import { CANCEL, CLOSED, ERROR, MESSAGE, OPENED, SENT, SOCKET } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import type { SocketOptions, VaultSocket } from "./types.ts";

const EVENTS = ["message", "error", "close"] as const;
/** The connection broke, as for any WebSocket. */
const ABNORMAL = 1006;

/** The page's end of a socket: what a WebSocket is once it is open. */
class PageSocket extends EventTarget implements VaultSocket {
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  binaryType: BinaryType = "blob";
  readyState: number = WebSocket.OPEN;
  onmessage: VaultSocket["onmessage"] = null;
  onerror: VaultSocket["onerror"] = null;
  onclose: VaultSocket["onclose"] = null;
  readonly #port: MessagePort;
  #given = 0;
  #gone = 0;

  constructor(url: string, port: MessagePort, protocol: string, extensions: string) {
    super();
    this.url = url;
    this.protocol = protocol;
    this.extensions = extensions;
    this.#port = port;
    for (const type of EVENTS) {
      this.addEventListener(type, (event) =>
        this[`on${type}`]?.call(this, event as MessageEvent & CloseEvent),
      );
    }
  }

  get bufferedAmount(): number {
    return this.#given - this.#gone;
  }

  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    // A copy, as a WebSocket makes one: what the page does to its bytes afterwards is not sent.
    if (ArrayBuffer.isView(data)) {
      data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer;
    } else if (!(data instanceof Blob || data instanceof ArrayBuffer)) {
      data = `${data}`;
    }
    const size =
      typeof data === "string"
        ? new TextEncoder().encode(data).length
        : data instanceof Blob
          ? data.size
          : data.byteLength;
    this.#given += size;
    if (this.readyState === WebSocket.OPEN) this.#port.postMessage([data, size]);
  }

  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException("The code must be 1000, or between 3000 and 4999", "InvalidAccessError");
    }
    if (new TextEncoder().encode(reason).length > 123) {
      throw new DOMException("The reason is longer than 123 bytes", "SyntaxError");
    }
    if (this.readyState !== WebSocket.OPEN) return;
    this.readyState = WebSocket.CLOSING;
    this.#port.postMessage([null, code, reason]);
  }

  /** @internal */
  hear([kind, ...rest]: unknown[]): void {
    if (kind === SENT) this.#gone = rest[0] as number;
    if (kind === CLOSED) this.over(...(rest as [number, string, boolean]));
    if (kind !== MESSAGE) return;
    const [data] = rest;
    const shown = data instanceof ArrayBuffer && this.binaryType === "blob" ? new Blob([data]) : data;
    this.dispatchEvent(new MessageEvent("message", { data: shown, origin: new URL(this.url).origin }));
  }

  /** @internal */
  over(code: number, reason: string, wasClean: boolean): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.#port.close();
    if (!wasClean) this.dispatchEvent(new Event("error"));
    this.dispatchEvent(new CloseEvent("close", { code, reason, wasClean }));
  }
}

/** `vault.socket`. What it does not import it shares with no chunk: that would be one more file for those without sockets. */
export const openSocket = (
  connection: Connection,
  failure: (code: unknown, reason: unknown) => VaultError,
  given: string | URL,
  { authenticate = "ticket", protocols = [], signal }: SocketOptions = {},
): Promise<VaultSocket> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const url = new URL(given, location.href);
    url.protocol = url.protocol.replace(/^http/, "ws");
    if (url.hash) throw new DOMException("A socket's URL has no fragment", "SyntaxError");
    const { port1: port, port2: far } = new MessageChannel();
    let socket: PageSocket | undefined;
    const end = () => {
      connection.done(id);
      signal?.removeEventListener("abort", abort);
    };
    const fail = (error: unknown, reason = "") => {
      end();
      port.close();
      reject(error);
      socket?.over(ABNORMAL, reason, false);
    };
    const abort = () => {
      connection.send([CANCEL, id]);
      fail(signal?.reason);
    };
    const id = connection.expect({
      fail: (error) => fail(error, error.code),
      message: ([kind, , first, second]) => {
        if (socket) return;
        fail(kind === ERROR ? new TypeError(String(first)) : failure(first, second));
      },
    });
    port.onmessage = ({ data }: MessageEvent<unknown[]>) => {
      if (data[0] === OPENED) {
        signal?.removeEventListener("abort", abort);
        socket = new PageSocket(url.href, port, data[1] as string, data[2] as string);
        return resolve(socket);
      }
      if (data[0] === CLOSED) end();
      socket?.hear(data);
    };
    signal?.addEventListener("abort", abort);
    const message = authenticate === "ticket" ? undefined : authenticate.message;
    connection.send([SOCKET, id, url.href, far, [protocols].flat(), message], [far]);
  });
