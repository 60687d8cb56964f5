// What Cloudflare has behind a KV namespace and behind the Cache API, as far as workerd asks for it. One worker, two services.
const values = new Map();
const responses = new Map();

const bytesOf = async (request) => new Uint8Array(await request.arrayBuffer());

/** Workers KV: `GET` and `PUT` of a key. */
async function kv(request) {
  const { pathname } = new URL(request.url);
  if (request.method === "PUT") {
    values.set(pathname, await bytesOf(request));
    return new Response(null);
  }
  const value = values.get(pathname);
  return value ? new Response(value) : new Response(null, { status: 404 });
}

/** The Cache API: a `PUT` carries a whole HTTP response; a `GET` is a hit or a miss. */
async function cache(request) {
  if (request.method === "PUT") {
    const bytes = await bytesOf(request);
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    const lines = text.slice(0, end).split("\r\n").slice(1);
    const headers = lines.map((line) => [
      line.slice(0, line.indexOf(":")),
      line.slice(line.indexOf(":") + 1).trim(),
    ]);
    responses.set(request.url, { headers, body: unchunked(bytes.subarray(end + 4), headers) });
    return new Response(null, { status: 204 });
  }
  const found = responses.get(request.url);
  if (!found) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
  return new Response(found.body, { headers: [...found.headers, ["cf-cache-status", "HIT"]] });
}

/** A body of known length as it is; one in chunks put together. */
function unchunked(bytes, headers) {
  const encoding = headers.findIndex(([name]) => name.toLowerCase() === "transfer-encoding");
  if (encoding < 0) return bytes;
  headers.splice(encoding, 1);
  const text = new TextDecoder("latin1").decode(bytes);
  const parts = [];
  for (let at = 0; ;) {
    const line = text.indexOf("\r\n", at);
    const length = Number.parseInt(text.slice(at, line), 16);
    if (!(length > 0)) return new Blob(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
}

export default { fetch: kv };
export const cacheService = { fetch: cache };
