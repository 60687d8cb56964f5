import { digest, facts, hex, refusal, sleep, whole } from "../look.mjs";

const STATUSES = [
  200, 201, 202, 205, 206, 226, 299, 300, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 502, 503, 599,
];

const read = (how, path) => async (fetch, at) => (await fetch(at.api(path)))[how]();
const typed = (type, body) =>
  `answer?header=content-type:${encodeURIComponent(type)}&body=${encodeURIComponent(body)}`;
const entries = async (response) => {
  const all = [];
  for (const [name, value] of await response.formData()) {
    all.push([name, typeof value === "string" ? value : [value.name, value.type, await value.text()]]);
  }
  return all;
};

const MULTIPART = [
  "--b",
  'Content-Disposition: form-data; name="a"',
  "",
  "1",
  "--b",
  'Content-Disposition: form-data; name="f"; filename="f.txt"',
  "Content-Type: text/plain",
  "",
  "file",
  "--b--",
  "",
].join("\r\n");

/** Responses, and every way to read them. */
export const responses = {
  ...Object.fromEntries(
    STATUSES.map((status) => [
      `status ${status}`,
      async (fetch, at) => whole(await fetch(at.api(`answer?status=${status}&body=body`))),
    ]),
  ),
  "status 204 has no body": async (fetch, at) => {
    const response = await fetch(at.api("answer?status=204"));
    return { ...(await whole(response)), body: response.body };
  },
  "status 304 when asked for": async (fetch, at) =>
    whole(await fetch(at.api("cached"), { headers: { "if-none-match": '"one"' } })),
  "the reason phrase": async (fetch, at) =>
    facts(await fetch(at.api("answer?status=200&text=Fine+and+dandy"))),
  "no reason phrase over HTTP/2": async (fetch, at) => facts(await fetch(at.wide("answer?status=404"))),
  "a 401 with another challenge": async (fetch, at) =>
    whole(await fetch(at.api("answer?status=401&body=no&header=www-authenticate:Basic"))),
  "repeated headers are joined": async (fetch, at) =>
    facts(await fetch(at.api("answer?header=x-one:1&header=x-one:2&header=x-two:3"))),
  "headers that are not exposed": async (fetch, at) => {
    const { headers } = await fetch(at.api("answer?header=x-hidden:1&header=set-cookie:a=b&header=x-one:1"));
    return [headers.get("x-hidden"), headers.get("set-cookie"), headers.has("x-one"), [...headers.keys()]];
  },
  "headers cannot be changed": async (fetch, at) => {
    const { headers } = await fetch(at.api("answer"));
    return refusal(new Promise((resolve) => resolve(headers.set("x-one", "1"))));
  },
  "as text": read("text", typed("text/plain", "grüezi")),
  "as JSON": read("json", typed("application/json", '{"a":[1,null,"ü"]}')),
  "as JSON that is none": (fetch, at) => refusal(read("json", typed("application/json", "{"))(fetch, at)),
  "as JSON of nothing": (fetch, at) => refusal(read("json", "answer")(fetch, at)),
  "as an ArrayBuffer": async (fetch, at) =>
    hex(await (await fetch(at.api("answer?hex=0001feff"))).arrayBuffer()),
  "as bytes, where there is such a method": async (fetch, at) => {
    const response = await fetch(at.api("answer?hex=0001feff"));
    return response.bytes ? hex(await response.bytes()) : "no such method";
  },
  "as a Blob": async (fetch, at) => {
    const blob = await (await fetch(at.api(typed("text/x-one", "blob")))).blob();
    return [blob.type, blob.size, await blob.text()];
  },
  "as a form, multipart": async (fetch, at) =>
    entries(await fetch(at.api(typed("multipart/form-data; boundary=b", MULTIPART)))),
  "as a form, URL-encoded": async (fetch, at) =>
    entries(await fetch(at.api(typed("application/x-www-form-urlencoded", "a=1&a=%C3%BC+")))),
  "as a form that is none": (fetch, at) => refusal(read("formData", typed("text/plain", "a=1"))(fetch, at)),
  "a byte order mark is dropped": read("text", "answer?hex=efbbbf61"),
  "what is no UTF-8 is replaced": read("text", "answer?hex=61ff62"),
  unzipped: async (fetch, at) => {
    const response = await fetch(at.api("zipped"));
    return { ...facts(response), length: (await response.text()).length };
  },
  "an empty body": async (fetch, at) => {
    const response = await fetch(at.api("answer"));
    return {
      stream: response.body instanceof ReadableStream,
      text: await response.text(),
      used: response.bodyUsed,
    };
  },
  "a body is read once": async (fetch, at) => {
    const response = await fetch(at.api("answer?body=once"));
    const before = response.bodyUsed;
    const text = await response.text();
    const after = [response.bodyUsed, response.body.locked];
    return [before, text, ...after, await refusal(response.text()), await refusal(response.json())];
  },
  "a clone has all that the original has": async (fetch, at) => {
    const response = await fetch(at.api("answer?status=404&body=clone&header=x-one:1"));
    const clone = response.clone();
    return [await whole(clone), await whole(response), await clone.bodyUsed, clone instanceof Response];
  },
  "a clone of a clone": async (fetch, at) => {
    const response = await fetch(at.api("answer?body=clone"));
    const [one, other] = [response.clone(), response.clone().clone()];
    return Promise.all([one, other, response].map(whole));
  },
  "no clone after reading": async (fetch, at) => {
    const response = await fetch(at.api("answer?body=read"));
    await response.text();
    return refusal(new Promise((resolve) => resolve(response.clone())));
  },
  "no clone while it is being read": async (fetch, at) => {
    const response = await fetch(at.api("answer?body=read"));
    response.body.getReader();
    return refusal(new Promise((resolve) => resolve(response.clone())));
  },
  "a response can be wrapped": async (fetch, at) => {
    const response = await fetch(at.api("answer?status=201&body=wrapped&header=x-one:1"));
    const wrapped = new Response(response.body, response);
    return { ...(await whole(wrapped)), used: response.bodyUsed };
  },
  "a response can be wrapped while it comes": async (fetch, at) => {
    const response = await fetch(at.api("slow?chunks=3&every=150"));
    const wrapped = new Response(response.body, response);
    return { ...(await whole(wrapped)), used: response.bodyUsed };
  },
  "a response can be kept in a cache": async (fetch, at) => {
    const cache = await caches.open("battery");
    await cache.put("/kept", await fetch(at.api("answer?body=kept&header=x-one:1")));
    const kept = await cache.match("/kept");
    await caches.delete("battery");
    return [kept.status, kept.headers.get("x-one"), await kept.text()];
  },
  "twenty megabytes": async (fetch, at) => {
    const response = await fetch(at.api("large?size=20000000"));
    const buffer = await response.arrayBuffer();
    return { ...facts(response), bytes: buffer.byteLength, digest: await digest(buffer) };
  },
  "the connection breaks before the headers": (fetch, at) => refusal(fetch(at.api("broken"))),
  "the connection breaks in the body": async (fetch, at) => {
    const response = await fetch(at.api("broken?after=100"));
    return { ...facts(response), text: await refusal(response.text()) };
  },
  "the stream is reset in the body, HTTP/2": async (fetch, at) => {
    const response = await fetch(at.wide("broken?after=100"));
    // Not every engine notices.
    const text = await Promise.race([refusal(response.text()), sleep(1500)]);
    return { status: response.status, text: text ?? "nothing happens" };
  },
};
