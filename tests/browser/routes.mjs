// What the API answers, for tests of fetch's semantics.
const later = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

export const routes = (api) => {
  let open = 0;
  Object.assign(api.routes, {
    "/echo": (request, response, body) => {
      const { "content-type": type, "x-custom": custom, accept } = request.headers;
      response.setHeader("content-type", "application/json");
      const boundary = /boundary=(.*)$/.exec(type ?? "")?.[1];
      const text = boundary ? body.toString("latin1").replaceAll(boundary, "BOUNDARY") : undefined;
      response.end(
        JSON.stringify({
          method: request.method,
          type: boundary ? type.replace(boundary, "BOUNDARY") : type,
          custom,
          accept,
          bytes: body.length,
          body: text ?? (body.length > 1000 ? undefined : body.toString("base64")),
        }),
      );
    },
    "/status": (request, response, _, url) => {
      response.statusMessage = "Own Words";
      response.writeHead(Number(url.searchParams.get("code")), {
        "x-seen": "yes",
        "content-type": "text/plain",
      });
      response.end(url.searchParams.get("body") ?? undefined);
    },
    "/redirect": (request, response, _, url) => {
      response.writeHead(Number(url.searchParams.get("code") ?? 302), {
        location: url.searchParams.get("to"),
      });
      response.end();
    },
    "/reset": (request) => void request.socket.destroy(),
    "/broken": async (request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("x".repeat(100));
      await later(50);
      response.destroy();
    },
    "/slow": async (request, response) => {
      await later(1500);
      if (!response.destroyed) response.end("slow");
    },
    "/drip": async (request, response) => {
      open++;
      response.on("close", () => open--);
      response.writeHead(200, { "content-type": "application/octet-stream" });
      for (let i = 0; i < 500 && !response.destroyed; i++) {
        response.write(`chunk ${i}\n`);
        await later(20);
      }
      response.end();
    },
    "/open": (request, response) => response.end(String(open)),
    "/big": (request, response, _, url) => {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(Buffer.alloc(Number(url.searchParams.get("bytes")), 7));
    },
    "/gzip": async (request, response) => {
      const { gzipSync } = await import("node:zlib");
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" });
      response.end(gzipSync("hello ".repeat(1000)));
    },
    "/events": async (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let i = 0; i < 3; i++) {
        response.write(`data: ${i}\n\n`);
        await later(30);
      }
      response.end();
    },
    "/challenged": (request, response, body) => {
      if (request.headers.authorization === api.stale) {
        response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' });
        return response.end("stale");
      }
      response.end(`fresh ${body.length}`);
    },
    "/always-401": (request, response) => {
      response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' });
      response.end("no");
    },
  });
};
