import { CLOSED, CONNECT, ERROR, FAIL, GREET, HANG_UPS, MESSAGE, OPENED, SENT } from "../protocol.ts";

/** The page's SOCKET message, as the wasm hands it on: with the URL to connect to, and the answer that has the ticket. */
export type SocketDetails = [
  kind: number,
  id: number,
  url: string,
  port: MessagePort,
  protocols: string[],
  message: string | undefined,
  ticket: Response | undefined,
];

/** What the page says over a socket's own port: something to send and its size, or to close. */
type Wish =
  | [data: string | ArrayBuffer | Blob, size: number]
  | [data: null, code: number | undefined, reason: string | undefined];

interface Entry {
  socket?: WebSocket;
  port?: MessagePort;
  /** The page has been told that it is open, and may send. */
  open?: boolean;
  /** Tells it. */
  ready?: () => void;
}

const { WebSocket } = globalThis;
/** So soon the page is told how much has gone; while nothing waits, after pauses that double, and not at all after twenty seconds. */
const REPORT_MILLIS = 10;
const LOOKS = 11;
/** The session is over, rather than the token. */
const SESSION_OVER = 4401;

const withTicket = async (url: string, answer: Response): Promise<string> => {
  if (!answer.ok) throw new TypeError(`The resource gave no ticket: ${answer.status}`);
  // In our own words: an engine's would quote the answer.
  const told = (await answer.json().catch(() => undefined)) as { ticket?: unknown } | undefined | null;
  const ticket = told?.ticket;
  if (typeof ticket !== "string") throw new TypeError("The resource's answer has no ticket");
  const address = new URL(url);
  // The rest of the query stays as it is written: it may be signed.
  const others = address.search
    .slice(1)
    .split("&")
    .filter((pair, at) => (pair || at) && !new URLSearchParams(pair).has("ticket"));
  address.search = [...others, `ticket=${encodeURIComponent(ticket)}`].join("&");
  return address.href;
};

/**
 * Passes what the page sends on, and tells it how much of that has gone. That nothing waits is no reason to look away: WebKit
 * sends for a worker from the page's thread, and counts what has arrived there. That is nothing at first, or again, with
 * megabytes to come.
 */
const listen = (socket: WebSocket, port: MessagePort): void => {
  let [taken, told, looks] = [0, 0, 0];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const report = () => {
    const left = socket.bufferedAmount;
    if (taken - left !== told) port.postMessage([SENT, (told = taken - left)]);
    looks = left ? 0 : looks + 1;
    timer =
      looks < LOOKS && socket.readyState === socket.OPEN
        ? setTimeout(report, REPORT_MILLIS << looks)
        : undefined;
  };
  port.onmessage = ({ data: wish }: MessageEvent<Wish>) => {
    try {
      if (wish[0] === null) return socket.close(wish[1], wish[2] as string | undefined);
      socket.send(wish[0]);
      taken += Number(wish[1]);
      if (looks || !timer) {
        clearTimeout(timer);
        looks = 0;
        timer = setTimeout(report, REPORT_MILLIS);
      }
    } catch {
      // Nothing that our own side of the page says.
    }
  };
};

/** The connections of the page's sockets. What each may carry, and when it ends, the wasm decides. */
export class Sockets {
  readonly #entries = new Map<number, Entry>();
  readonly #post: (message: unknown[]) => void;
  readonly #connected: (id: number, open: boolean) => void;

  constructor(post: (message: unknown[]) => void, connected: (id: number, open: boolean) => void) {
    this.#post = post;
    this.#connected = connected;
  }

  /** Called by the wasm, which must not be called back before this returns. */
  do(id: number, what: number, value: unknown): void {
    if (what === CONNECT) return void this.#connect(id, value as SocketDetails);
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (what === GREET) {
      entry.socket?.send(value as string);
      return entry.ready?.();
    }
    this.#entries.delete(id);
    const { socket, port, open } = entry;
    const reason = HANG_UPS[what];
    // Said at once, and nothing after it: however the server answers, if it does.
    if (open) port?.postMessage([CLOSED, what, reason, true]);
    else this.#post(what === SESSION_OVER ? [FAIL, id, reason] : [ERROR, id, reason]);
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    if (port) port.onmessage = null;
    socket.close(what, reason);
  }

  async #connect(id: number, details: SocketDetails): Promise<void> {
    const entry: Entry = {};
    this.#entries.set(id, entry);
    const wanted = () => this.#entries.get(id) === entry;
    const over = (message: string) => {
      if (!wanted()) return;
      this.#entries.delete(id);
      if (!entry.open) this.#post([ERROR, id, message]);
      this.#connected(id, false);
    };
    try {
      const [, , url, port, protocols, message, answer] = details;
      const address = await (answer ? withTicket(url, answer) : url);
      if (!wanted()) return;
      if (!(port instanceof MessagePort)) throw new TypeError("The socket has no port");
      const socket = new WebSocket(address, protocols);
      const early: unknown[] = [];
      const pass = (data: unknown) =>
        port.postMessage([MESSAGE, data], typeof data === "string" ? [] : [data as ArrayBuffer]);
      entry.socket = socket;
      entry.port = port;
      entry.ready = () => {
        if (entry.open) return;
        entry.open = true;
        port.postMessage([OPENED, socket.protocol, socket.extensions]);
        early.forEach(pass);
        listen(socket, port);
      };
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        // One that is told a token is ready once it has been told.
        if (message === undefined) entry.ready?.();
        this.#connected(id, true);
      };
      // Some servers speak first, and the page has no socket until it has been told that it is open.
      socket.onmessage = ({ data }) => void (entry.open ? pass(data) : early.push(data));
      socket.onclose = ({ code, reason, wasClean }) => {
        if (entry.open) port.postMessage([CLOSED, code, reason, wasClean]);
        over(`The socket could not be opened: ${code}`);
      };
    } catch (error) {
      over((error as Error).message);
    }
  }
}
