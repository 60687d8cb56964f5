// The API that is fetched from: a small answer, a large one, a sink, an answer that does not end.
const BLOCK = Buffer.alloc(256 * 1024, "strongroom ");
const SMALL = Buffer.from(JSON.stringify({ text: "x".repeat(1024 - 11) }));
/** About 20 MB of JSON in many small objects, as an API gives a long list. */
const JSON_20 = Buffer.from(
  JSON.stringify(
    Array.from({ length: 200_000 }, (_, at) => ({
      id: at,
      name: `name ${at}`,
      tags: ["one", "two", "three"],
      at: at * 1.5,
      open: at % 2 === 0,
    })),
  ),
);

const cors = (request, response) => {
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("vary", "origin");
  response.setHeader("cache-control", "no-store");
  response.setHeader("cross-origin-resource-policy", "cross-origin");
  if (request.method !== "OPTIONS") return false;
  response.setHeader("access-control-allow-methods", "GET, POST");
  response.setHeader("access-control-allow-headers", "authorization, content-type, accept");
  response.setHeader("access-control-max-age", "7200");
  response.writeHead(204).end();
  return true;
};

const drained = (response) =>
  new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });

const routes = {
  "/small": (_request, response) => response.end(SMALL),
  "/json": (_request, response) => response.setHeader("content-type", "application/json").end(JSON_20),
  "/download": async (_request, response, url) => {
    const size = Number(url.searchParams.get("size"));
    response.writeHead(200, { "content-length": size, "content-type": "application/octet-stream" });
    for (let sent = 0; sent < size && !response.destroyed; sent += BLOCK.length) {
      if (!response.write(BLOCK.subarray(0, Math.min(BLOCK.length, size - sent)))) await drained(response);
    }
    response.end();
  },
  "/upload": async (request, response) => {
    let bytes = 0;
    request.on("data", (chunk) => (bytes += chunk.length));
    request.on("end", () => response.end(String(bytes)));
  },
  "/open": (_request, response) => {
    response.writeHead(200);
    response.write("open");
  },
};

/** Nothing without a token: each contender has to bring one. */
export const api = (request, response) => {
  if (cors(request, response)) return;
  response.on("error", () => {});
  request.on("error", () => {});
  const url = new URL(request.url, "https://api");
  const known = /^Bearer \S{100,}/.test(request.headers.authorization ?? "");
  const route = known ? routes[url.pathname] : undefined;
  if (!route) return void response.writeHead(known ? 404 : 401).end();
  void route(request, response, url);
};
