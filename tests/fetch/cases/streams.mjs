import { drain, refusal, sleep } from "../look.mjs";

const cut = (seen) => seen.length > 0 && seen.every((request) => request.ended === "cut");

/** The vault has to do it every time, on a busy machine too. */
const LONG = 15_000;

/** Response bodies as streams. */
export const streams = {
  "the first chunk comes before the last is sent": async (fetch, at) => {
    const response = await fetch(at.api("slow?chunks=5&every=100"));
    const reader = response.body.getReader();
    const { value } = await reader.read();
    const [{ ended }] = await at.seen();
    return [new TextDecoder().decode(value), ended, (await reader.read()).done];
  },
  "the response comes before the body": async (fetch, at) => {
    const response = await fetch(at.api("endless"));
    return [response.status, (await at.seen())[0].ended];
  },
  "a body is a ReadableStream": async (fetch, at) => {
    const { body } = await fetch(at.api("answer?body=stream"));
    return [body instanceof ReadableStream, body.locked, await drain(body)];
  },
  "chunks are Uint8Arrays": async (fetch, at) => {
    const { value } = await (await fetch(at.api("answer?body=chunk"))).body.getReader().read();
    return [value instanceof Uint8Array, value.byteLength];
  },
  "reading by iteration, where there is such a way": async (fetch, at) => {
    const { body } = await fetch(at.api("slow?chunks=3&every=20"));
    if (!body[Symbol.asyncIterator]) return "no such way";
    let text = "";
    for await (const chunk of body) text += new TextDecoder().decode(chunk);
    return text;
  },
  "into a decoder": async (fetch, at) => {
    const { body } = await fetch(at.api("answer?hex=c3a4e282ac"));
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += value;
    }
  },
  "into a sink": async (fetch, at) => {
    const { body } = await fetch(at.api("large?size=300000"));
    let bytes = 0;
    await body.pipeTo(new WritableStream({ write: (chunk) => void (bytes += chunk.byteLength) }));
    return bytes;
  },
  "split in two": async (fetch, at) => {
    const { body } = await fetch(at.api("large?size=1000000"));
    return Promise.all(body.tee().map(drain));
  },
  "read into a buffer of one's own": async (fetch, at) => {
    const { body } = await fetch(at.api("answer?body=buffer"));
    return refusal(
      (async () => {
        const { value } = await body.getReader({ mode: "byob" }).read(new Uint8Array(3));
        return new TextDecoder().decode(value);
      })(),
    );
  },
  "read into a buffer of one's own, line by line": async (fetch, at) => {
    const { body } = await fetch(at.api("slow?chunks=3&every=150"));
    return refusal(
      (async () => {
        const reader = body.getReader({ mode: "byob" });
        let text = "";
        for (let next; !(next = await reader.read(new Uint8Array(64))).done;) {
          text += new TextDecoder().decode(next.value);
        }
        return text;
      })(),
    );
  },
  "a locked body is not read as text": async (fetch, at) => {
    const response = await fetch(at.api("answer?body=locked"));
    response.body.getReader();
    return [response.bodyUsed, await refusal(response.text())];
  },
  "bodyUsed once a chunk is read": async (fetch, at) => {
    const response = await fetch(at.api("answer?body=used"));
    const reader = response.body.getReader();
    const before = response.bodyUsed;
    await reader.read();
    reader.releaseLock();
    return [before, response.bodyUsed];
  },
  "a cancelled body ends at the server": async (fetch, at) => {
    const { body } = await fetch(at.api("endless"));
    const reader = body.getReader();
    await reader.read();
    reader.releaseLock();
    await body.cancel();
    return at.until(cut, LONG);
  },
  "a cancelled reader ends at the server": async (fetch, at) => {
    const reader = (await fetch(at.api("endless"))).body.getReader();
    const { value } = await reader.read();
    await reader.cancel("enough");
    const after = await reader.read();
    return [new TextDecoder().decode(value), after, await at.until(cut, LONG)];
  },
  "both halves cancelled end at the server": async (fetch, at) => {
    const halves = (await fetch(at.api("endless"))).body.tee().map((half) => half.getReader());
    await Promise.all(halves.map((half) => half.read()));
    await Promise.all(halves.map((half) => half.cancel()));
    return at.until(cut, LONG);
  },
  "who reads slowly loses nothing": async (fetch, at) => {
    const reader = (await fetch(at.api("large?size=3000000"))).body.getReader();
    let [bytes, reads] = [0, 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return bytes;
      bytes += value.byteLength;
      if ((reads += 1) % 10 === 0) await sleep(5);
    }
  },
  "who does not read holds the server back": async (fetch, at) => {
    const { body } = await fetch(at.api("large?size=200000000"));
    // Time enough for all of it, in an engine that takes whatever comes.
    await sleep(4000);
    const [{ ended }] = await at.seen();
    // Else the connection is held until the garbage is collected, and a host has six.
    await body.cancel();
    return ended;
  },
  "a slow body over HTTP/2": async (fetch, at) => (await fetch(at.wide("slow?chunks=4&every=30"))).text(),
  "ten megabytes over HTTP/2": async (fetch, at) => drain((await fetch(at.wide("large?size=10000000"))).body),
};
