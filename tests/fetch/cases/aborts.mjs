import { drain, echoed, refusal, sleep } from "../look.mjs";

const cut = (seen) => seen.length > 0 && seen.every((request) => request.ended === "cut");
const arrived = (seen) => seen.length > 0;
const aborted = (reason) => {
  const controller = new AbortController();
  controller.abort(reason);
  return controller.signal;
};

/** Aborts, at each stage. */
export const aborts = {
  "before it starts": async (fetch, at) => {
    const answer = await refusal(fetch(at.api("echo"), { signal: aborted() }));
    await sleep(50);
    return { answer, seen: (await at.seen()).length };
  },
  "before it starts, the reason is the page's own": async (fetch, at) => {
    const reason = new Error("mine");
    const given = await fetch(at.api("echo"), { signal: aborted(reason) }).catch((error) => error);
    return given === reason;
  },
  "before it starts, what is wrong comes first": (fetch) => refusal(fetch("https://", { signal: aborted() })),
  "at once": (fetch, at) => {
    const controller = new AbortController();
    const promise = refusal(fetch(at.api("echo"), { signal: controller.signal }));
    controller.abort();
    return promise;
  },
  "while the server is silent": async (fetch, at) => {
    const controller = new AbortController();
    const promise = refusal(fetch(at.api("silent"), { signal: controller.signal }));
    await at.until(arrived);
    controller.abort();
    return { answer: await promise, seen: await at.until(cut) };
  },
  "while the server is silent, with a reason": async (fetch, at) => {
    const controller = new AbortController();
    const reason = { mine: true };
    const promise = fetch(at.api("silent"), { signal: controller.signal }).catch((error) => error === reason);
    await at.until(arrived);
    controller.abort(reason);
    return promise;
  },
  "while the body is read": async (fetch, at) => {
    const controller = new AbortController();
    const response = await fetch(at.api("endless"), { signal: controller.signal });
    const reader = response.body.getReader();
    const { value } = await reader.read();
    const next = refusal(reader.read());
    controller.abort();
    return [new TextDecoder().decode(value), await next, await at.until(cut)];
  },
  "while the body is read, with a reason": async (fetch, at) => {
    const controller = new AbortController();
    const reason = new Error("mine");
    const text = (await fetch(at.api("endless"), { signal: controller.signal }))
      .text()
      .catch((error) => error);
    controller.abort(reason);
    const given = await text;
    return [given === reason, given.name, given.message];
  },
  "while nobody reads the body": async (fetch, at) => {
    const controller = new AbortController();
    const response = await fetch(at.api("endless"), { signal: controller.signal });
    controller.abort();
    return [await refusal(response.text()), await at.until(cut)];
  },
  "while a clone is read": async (fetch, at) => {
    const controller = new AbortController();
    const response = await fetch(at.api("endless"), { signal: controller.signal });
    const both = [response.clone(), response].map((one) => refusal(one.text()));
    controller.abort();
    return Promise.all(both);
  },
  "after the end": async (fetch, at) => {
    const controller = new AbortController();
    const response = await fetch(at.api("answer?body=done"), { signal: controller.signal });
    const text = await response.text();
    controller.abort();
    return [text, response.bodyUsed];
  },
  "after the body has come, before it is read": async (fetch, at) => {
    const controller = new AbortController();
    const response = await fetch(at.api("answer?body=done"), { signal: controller.signal });
    await at.until((seen) => seen[0]?.ended === "complete");
    await sleep(50);
    controller.abort();
    return refusal(response.text());
  },
  "after the body has come, before it is read by hand": async (fetch, at) => {
    const controller = new AbortController();
    const response = await fetch(at.api("answer?body=done"), { signal: controller.signal });
    await at.until((seen) => seen[0]?.ended === "complete");
    await sleep(50);
    controller.abort();
    return refusal(drain(response.body));
  },
  "while a large body is sent": async (fetch, at) => {
    const controller = new AbortController();
    const body = new Blob([new Uint8Array(30_000_000)]);
    const promise = refusal(fetch(at.api("sluggish"), { method: "POST", body, signal: controller.signal }));
    await at.until(arrived);
    controller.abort();
    // The server has megabytes of it to read before it gets to the end.
    return { answer: await promise, seen: await at.until(cut, 20_000) };
  },
  "while a stream is sent": async (fetch, at) => {
    const controller = new AbortController();
    const { signal } = controller;
    let cancelled = false;
    const body = new ReadableStream({
      pull: async (stream) => {
        await sleep(20);
        stream.enqueue(new Uint8Array(10));
      },
      cancel: () => void (cancelled = true),
    });
    const promise = refusal(fetch(at.wide("silent"), { method: "POST", body, duplex: "half", signal }));
    await sleep(200);
    controller.abort();
    const answer = await promise;
    await sleep(50);
    return { answer, cancelled };
  },
  "by a time-out": (fetch, at) => refusal(fetch(at.api("silent"), { signal: AbortSignal.timeout(100) })),
  "by any of two": async (fetch, at) => {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(60_000)]);
    const promise = refusal(fetch(at.api("silent"), { signal }));
    controller.abort(new RangeError("any"));
    return promise;
  },
  "by the signal of a Request": async (fetch, at) => {
    const controller = new AbortController();
    const promise = refusal(fetch(new Request(at.api("silent"), { signal: controller.signal })));
    await at.until(arrived);
    controller.abort();
    return { answer: await promise, seen: await at.until(cut) };
  },
  "the signal given last counts": async (fetch, at) => {
    const request = new Request(at.api("echo"), { signal: aborted() });
    return echoed(await fetch(request, { signal: new AbortController().signal }));
  },
  "a null signal is none": async (fetch, at) => {
    const request = new Request(at.api("echo"), { signal: aborted() });
    return echoed(await fetch(request, { signal: null }));
  },
  "what is no signal is refused": (fetch, at) => refusal(fetch(at.api("echo"), { signal: {} })),
  "one signal for three": async (fetch, at) => {
    const controller = new AbortController();
    const { signal } = controller;
    const all = ["silent?1", "silent?2", "silent?3"].map((path) => refusal(fetch(at.api(path), { signal })));
    await at.until((seen) => seen.length === 3);
    controller.abort();
    return { all: await Promise.all(all), seen: await at.until((seen) => seen.length === 3 && cut(seen)) };
  },
  "the others go on": async (fetch, at) => {
    const controller = new AbortController();
    const one = refusal(
      fetch(at.api("slow?chunks=5&every=40"), { signal: controller.signal }).then(({ body }) => drain(body)),
    );
    const other = fetch(at.api("slow?chunks=5&every=40")).then(({ body }) => drain(body));
    controller.abort();
    return [await one, await other];
  },
};
