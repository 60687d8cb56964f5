import { once } from "node:events";
import { connect, createServer } from "node:net";

const NO_AUTHENTICATION = Buffer.from([5, 0]);
const CONNECTED = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);

/** How long the client's CONNECT is (RFC 1928, section 4), once enough of it is there to tell. */
const requestLength = (bytes) => {
  if (bytes.length < 5) return Infinity;
  return 6 + { 1: 4, 3: 1 + bytes[4], 4: 16 }[bytes[3]];
};

/**
 * A SOCKS 5 proxy that leads every connection to this machine, whatever the name: for the engine that has no way to be
 * told where a host is. The TLS inside is untouched; only the name's address is decided here.
 */
export const startProxy = async () => {
  const sockets = new Set();
  const track = (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    let greeted = false;
    const read = (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!greeted && bytes.length >= 2 && bytes.length >= 2 + bytes[1]) {
        bytes = bytes.subarray(2 + bytes[1]);
        greeted = true;
        socket.write(NO_AUTHENTICATION);
      }
      if (!greeted || bytes.length < requestLength(bytes)) return;
      socket.off("data", read).pause();
      const upstream = track(connect(bytes.readUInt16BE(requestLength(bytes) - 2), "127.0.0.1"));
      upstream.on("connect", () => {
        socket.write(CONNECTED);
        socket.pipe(upstream).pipe(socket);
      });
      socket.on("close", () => upstream.destroy());
      upstream.on("close", () => socket.destroy());
    };
    track(socket).on("data", read);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    authority: `127.0.0.1:${server.address().port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
