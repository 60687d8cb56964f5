// A handler of requests on Node's `http`, which Bun has as well. Prints "ready" once it listens.
import { createServer } from "node:http";

export function serve(port, handler) {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      const url = `http://127.0.0.1:${port}${incoming.url}`;
      const response = await handler(new Request(url, { method: incoming.method, headers, ...body }));
      const cookies = response.headers.getSetCookie();
      outgoing.writeHead(response.status, {
        ...Object.fromEntries(response.headers),
        ...(cookies.length > 0 ? { "set-cookie": cookies } : {}),
      });
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    } catch (error) {
      console.error(error);
      outgoing.writeHead(500).end();
    }
  });
  server.keepAliveTimeout = 0;
  server.listen(port, "127.0.0.1", () => console.log("ready"));
}
