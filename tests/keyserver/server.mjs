// A key server over TLS that misbehaves as it is told. One server, one count for each path.
import { createServer } from "node:https";
import { certificate } from "../engines/certificate.mjs";

/** Starts it; `modes[name]` says how `/name` is answered, `counts[name]` how often it was asked. */
export async function startKeyServer() {
  const { key, cert } = certificate(["localhost"]);
  const modes = {};
  const counts = {};
  const sent = {};
  const server = createServer({ key, cert }, (request, response) => {
    const name = request.url.slice(1);
    counts[name] = (counts[name] ?? 0) + 1;
    sent[name] ??= 0;
    ANSWERS[modes[name]?.how ?? "missing"](response, modes[name], (bytes) => (sent[name] += bytes));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { origin: `https://localhost:${server.address().port}`, cert, modes, counts, sent, stop };
}

const JSON_TYPE = { "content-type": "application/json" };

/** Every way to answer. */
const ANSWERS = {
  keys(response, { jwks, delay = 0, type = "application/json" }) {
    setTimeout(() => response.writeHead(200, { "content-type": type }).end(JSON.stringify(jwks)), delay);
  },
  missing: (response) => response.writeHead(404).end(),
  /** The connection is torn down before an answer. */
  down: (response) => response.socket.destroy(),
  error: (response) => response.writeHead(500, JSON_TYPE).end('{"error":"internal"}'),
  /** An answer's first byte, and then silence. */
  slow: (response) => response.writeHead(200, JSON_TYPE).write("{"),
  redirect: (response, { location }) => response.writeHead(302, { location }).end(),
  rubbish: (response) => response.writeHead(200, JSON_TYPE).end("<html>Welcome to the login page</html>"),
  /** Blanks without end, as fast as they are taken. */
  huge(response, mode, count) {
    response.writeHead(200, JSON_TYPE);
    const piece = Buffer.alloc(65_536, " ");
    const limit = 64 * 1024 * 1024;
    let total = 0;
    const pump = () => {
      while (!response.destroyed && total < limit) {
        total += piece.length;
        count(piece.length);
        if (!response.write(piece)) return response.once("drain", pump);
      }
      response.end();
    };
    pump();
  },
};
