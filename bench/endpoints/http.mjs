// One connection of HTTP/1.1 that does as little as it can: who asks must be faster than who is measured.
import { connect } from "node:net";

export class Connection {
  #socket;
  #received = Buffer.alloc(0);
  #waiting;

  static async open(port) {
    const connection = new Connection();
    const socket = connect(port, "127.0.0.1").setNoDelay();
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    connection.#take(socket);
    return connection;
  }

  #take(socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
      this.#look();
    });
    const end = (error) => this.#waiting?.reject(error ?? new Error("the server has closed the connection"));
    socket.on("error", end).on("close", () => end());
  }

  /** Sends a request; gives `{ status, head, body }`. One at a time. */
  send(text) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(text);
    });
  }

  close() {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #look() {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0 || !this.#waiting) return;
    const head = this.#received.toString("latin1", 0, end);
    const body = bodyOf(head, this.#received.subarray(end + 4));
    if (body === undefined) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#received = Buffer.alloc(0);
    resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}

/** The whole body as text, or `undefined` as long as it has not come. */
function bodyOf(head, rest) {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length) return rest.length >= Number(length[1]) ? rest.toString("utf8") : undefined;
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return "";
  const parts = [];
  for (let at = 0; ;) {
    const line = rest.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(rest.toString("latin1", at, line), 16);
    const next = line + 2 + size + 2;
    if (rest.length < next) return undefined;
    if (size === 0) return parts.join("");
    parts.push(rest.toString("utf8", line + 2, next - 2));
    at = next;
  }
}

/** A request as text. */
export function request(method, path, port, headers, body = "") {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === "" ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join("")}${length}\r\n${body}`;
}

/** Takes the cookies of an answer into a jar. */
export function takeCookies(jar, head) {
  for (const [, name, value] of head.matchAll(/\r\nset-cookie: *([^=]+)=([^;\r]*)/gi)) {
    if (value === "") jar.delete(name);
    else jar.set(name, value);
  }
}

/** A jar as the header has it. */
export const cookiesOf = (jar) => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
