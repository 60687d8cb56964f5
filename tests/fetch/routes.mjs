import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The request headers that a page can tell apart, and so that must be the same whoever sends the request. */
const TELLING = [
  "accept",
  "accept-language",
  "cache-control",
  "content-encoding",
  "content-language",
  "content-type",
  "cookie",
  "if-none-match",
  "origin",
  "pragma",
  "range",
  "referer",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
];
const telling = (headers) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => TELLING.includes(name) || name.startsWith("x-"))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

const read = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** A body as JSON: as text if that loses nothing, long ones by their digest. Multipart boundaries are random: renamed. */
const shown = (body) => {
  const text = body.toString("latin1");
  const boundary = /^--(\S+)(\r\nContent-Disposition: form-data|--\r\n$)/i.exec(text)?.[1];
  if (boundary) return text.replaceAll(boundary, "BOUNDARY");
  if (body.length > 4096)
    return { bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  return text;
};

const echo = async ({ request, url, response, send }) => {
  const body = await read(request);
  const type = request.headers["content-type"];
  const headers = telling(request.headers);
  if (type) headers["content-type"] = type.replace(/boundary=.+$/, "boundary=BOUNDARY");
  response.setHeader("content-type", "application/json");
  response.setHeader("x-seen", "echo");
  response.flushHeaders(); // else its length would tell what the headers' lengths are
  send(
    200,
    JSON.stringify({
      method: request.method,
      path: url.pathname + url.search,
      headers,
      body: shown(body),
    }),
  );
};

/** `?status=&text=&body=&header=name:value`, anything at all. */
const answer = async ({ request, response, url, send }) => {
  await read(request);
  const { searchParams: asked } = url;
  for (const header of asked.getAll("header")) {
    const at = header.indexOf(":");
    response.appendHeader(header.slice(0, at), header.slice(at + 1));
  }
  if (asked.has("text") && request.httpVersion === "1.1") response.statusMessage = asked.get("text");
  const body = asked.has("hex") ? Buffer.from(asked.get("hex"), "hex") : (asked.get("body") ?? "");
  send(Number(asked.get("status") ?? 200), body);
};

const writable = (response) =>
  new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });

/** `?size=`: that many bytes of a known pattern. */
const large = async ({ response, url }) => {
  const size = Number(url.searchParams.get("size"));
  const block = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, at) => at % 251));
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
  for (let sent = 0; sent < size && !response.destroyed; sent += block.length) {
    const more = response.write(block.subarray(0, Math.min(block.length, size - sent)));
    if (!more) await writable(response);
  }
  response.end();
};

/** `?chunks=&every=`: lines that come one by one. */
const slow = async ({ response, url }) => {
  response.writeHead(200, { "content-type": "text/plain" });
  for (let line = 1; line <= Number(url.searchParams.get("chunks")); line += 1) {
    response.write(`line ${line}\n`);
    await sleep(Number(url.searchParams.get("every")));
  }
  response.end();
};

/** Headers and the first bytes, and then nothing, ever. */
const endless = ({ response }) => {
  response.writeHead(200, { "content-type": "text/plain" });
  response.write("first\n");
};

/** No answer at all. */
const silent = async ({ request }) => void (await read(request).catch(() => {}));

/** Reads the request's body, but slowly. */
const sluggish = async ({ request }) => {
  for await (const _ of request) await sleep(5);
};

/** The connection breaks: `?after=` bytes of a promised 1000. */
const broken = async ({ response, url }) => {
  const after = url.searchParams.get("after");
  if (after !== null) {
    response.writeHead(200, { "content-type": "text/plain", "content-length": 1000 });
    response.write("x".repeat(Number(after)));
    await sleep(50);
  }
  if (response.stream) response.stream.close(2);
  else response.destroy();
};

/** `?status=&to=`; `to` may name another origin. `?times=` redirects to itself that often. */
const redirect = async ({ request, response, url, send }) => {
  await read(request);
  const { searchParams: asked } = url;
  const times = Number(asked.get("times") ?? 0);
  if (times > 1) {
    const next = new URLSearchParams(asked);
    next.set("times", String(times - 1));
    response.setHeader("location", `redirect?${next}`);
  } else if (asked.has("to")) {
    response.setHeader("location", asked.get("to"));
  }
  send(Number(asked.get("status") ?? 302), "");
};

const cached = async ({ request, response, url, send, log }) => {
  response.setHeader("cache-control", url.searchParams.get("control") ?? "max-age=60");
  response.setHeader("etag", '"one"');
  response.setHeader("x-served", String(log.requests.length));
  const fresh = request.headers["if-none-match"] === '"one"';
  send(fresh ? 304 : 200, fresh ? "" : "cached");
};

const zipped = ({ response, send }) => {
  response.setHeader("content-encoding", "gzip");
  response.setHeader("content-type", "text/plain");
  send(200, gzipSync("unzipped ".repeat(1000)));
};

export const routes = {
  echo,
  answer,
  large,
  slow,
  endless,
  silent,
  sluggish,
  broken,
  redirect,
  cached,
  zipped,
};
