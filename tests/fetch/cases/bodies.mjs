import { echoed, refusal, streamOf } from "../look.mjs";

const post =
  (make, more = {}) =>
  async (fetch, at) =>
    echoed(await fetch(at.api("echo"), { method: "POST", body: make(), ...more }));
const refused =
  (make, more = {}) =>
  (fetch, at) =>
    refusal(fetch(at.api("echo"), { method: "POST", body: make(), ...more }));
const bytes = (...values) => Uint8Array.from(values);

const form = (...entries) => {
  const data = new FormData();
  for (const entry of entries) data.append(...entry);
  return data;
};

const spent = () => {
  const stream = streamOf(["x"]);
  stream.getReader();
  return stream;
};

/** Request bodies of every kind. */
export const bodies = {
  "a string": post(() => "grüezi €"),
  "an empty string": post(() => ""),
  null: post(() => null),
  undefined: post(() => undefined),
  "a number": post(() => 42),
  "an object": post(() => ({ a: 1 })),
  "a String object": post(() => new String("object")),
  "a lone surrogate": post(() => "\ud800"),
  URLSearchParams: post(
    () =>
      new URLSearchParams([
        ["a", "1"],
        ["a", "ü &"],
      ]),
  ),
  "a Blob with a type": post(() => new Blob(["blob"], { type: "text/x-one" })),
  "a Blob without a type": post(() => new Blob(["blob"])),
  "an empty Blob": post(() => new Blob([])),
  "a slice of a Blob": post(() => new Blob(["0123456789"]).slice(3, 6, "text/x-slice")),
  "a File": post(() => new File(["file"], "näme.txt", { type: "text/plain" })),
  "an ArrayBuffer": post(() => bytes(0, 1, 254, 255).buffer),
  "a view with an offset": post(() => new Uint8Array(bytes(0, 1, 2, 3, 4, 5).buffer, 2, 3)),
  "a DataView": post(() => new DataView(bytes(0, 1, 2, 3).buffer, 1, 2)),
  "a Float64Array": post(() => Float64Array.of(1.5)),
  "an empty ArrayBuffer": post(() => new ArrayBuffer(0)),
  FormData: post(() => form(["a", "1"], ["b", "ü"])),
  "FormData with nothing in it": post(() => form()),
  "FormData with repeated names": post(() => form(["a", "1"], ["b", "2"], ["a", "3"])),
  "FormData with files": post(() =>
    form(
      ["f", new File(["one"], "one.txt", { type: "text/plain" })],
      ["f", new Blob([bytes(0, 255)])],
      ["f", new Blob(["named"]), 'na"me.bin'],
      ["g", "text"],
    ),
  ),
  "FormData with line breaks and odd names": post(() => form(["a\r\nb", "1\n2\r3"], ["ünï", "€"])),
  "a content-type of one's own over FormData": post(() => form(["a", "1"]), {
    headers: { "content-type": "text/x-own" },
  }),
  "a content-type of one's own over a Blob": post(() => new Blob(["b"], { type: "text/x-one" }), {
    headers: { "content-type": "text/x-own" },
  }),
  "a locked stream is refused": refused(spent, { duplex: "half" }),
  "a stream without duplex is refused": refused(() => streamOf(["x"])),
  "a stream over HTTP/1.1": refused(() => streamOf(["x"]), { duplex: "half" }),
  "a stream over HTTP/2": async (fetch, at) => {
    const body = streamOf(["one ", "two ", "three"], 20);
    const answer = fetch(at.wide("echo"), { method: "POST", body, duplex: "half" });
    return answer.then(echoed, () => refusal(answer));
  },
  "a stream of what is no bytes": (fetch, at) => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue("text") });
    return refusal(fetch(at.wide("echo"), { method: "POST", body, duplex: "half" }));
  },
  "a stream that breaks": (fetch, at) => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error("broke")) });
    return refusal(fetch(at.wide("echo"), { method: "POST", body, duplex: "half" }));
  },
  "a Request with a stream": async (fetch, at) => {
    const make = () =>
      new Request(at.wide("echo"), { method: "POST", body: streamOf(["a", "b"]), duplex: "half" });
    return Promise.resolve()
      .then(async () => echoed(await fetch(make())))
      .catch((error) => refusal(Promise.reject(error)));
  },
  "eight megabytes": async (fetch, at) => {
    const body = Uint8Array.from({ length: 8_000_000 }, (_, index) => index % 253);
    return echoed(await fetch(at.api("echo"), { method: "POST", body }));
  },
  "two megabytes of text": async (fetch, at) =>
    echoed(await fetch(at.api("echo"), { method: "POST", body: "ä".repeat(1_000_000) })),
  "bytes changed afterwards, not sent": async (fetch, at) => {
    const body = bytes(1, 2, 3);
    const promise = fetch(at.api("echo"), { method: "POST", body });
    body.fill(9);
    return echoed(await promise);
  },
  "bytes stay the page's": async (fetch, at) => {
    const body = bytes(1, 2, 3);
    await fetch(at.api("echo"), { method: "POST", body: body.buffer });
    return [body.byteLength, body[2]];
  },
  "a stream is the request's from then on": async (fetch, at) => {
    const body = streamOf(["x"]);
    const promise = refusal(fetch(at.wide("echo"), { method: "POST", body, duplex: "half" }));
    const { locked } = body;
    return { locked, answer: await promise };
  },
};
