// A key server that answers as it is told, for tests in whatever runtime: it is told over HTTP too.
import { createServer } from "node:http";

/** Starts it; gives its origin and how to stop it. */
export async function startKeyServer() {
  const answers = new Map();
  const counts = new Map();
  const server = createServer(async (request, response) => {
    const [, verb, name] = new URL(request.url, "http://localhost").pathname.split("/");
    response.setHeader("access-control-allow-origin", "*");
    if (verb === "set") {
      let text = "";
      for await (const chunk of request) text += chunk;
      answers.set(name, JSON.parse(text));
      response.end();
    } else if (verb === "count") {
      response.end(String(counts.get(name) ?? 0));
    } else {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const { status = 200, headers = {}, body, json, delay = 0 } = answers.get(name) ?? { status: 404 };
      await new Promise((resolve) => setTimeout(resolve, delay));
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(json === undefined ? body : JSON.stringify(json));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop };
}
