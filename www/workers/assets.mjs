// Static files out of workerd's disk service, which knows neither content types nor an index page.

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
};

/** A file, or the single page of an app whose addresses are its own business (`fallback`). */
export async function asset(request, url, files, fallback) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("method not allowed", { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const name = url.pathname.split("/").at(-1);
  const isFile = name.includes(".");
  if (!isFile && url.pathname !== "/" && !fallback) return missing();
  const path = isFile ? url.pathname : "/index.html";
  const type = TYPES[path.split(".").at(-1)];
  if (!type) return missing();
  const file = await files.fetch(new Request(`https://files${path}`, { method: request.method }));
  if (!file.ok) return missing();
  // Vite puts a hash of the content into these names.
  const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  return new Response(file.body, { headers: { "content-type": type, "cache-control": cache } });
}

function missing() {
  return new Response("not found", { status: 404, headers: { "content-type": "text/plain; charset=utf-8" } });
}
