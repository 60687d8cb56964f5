// One battery, run with `fetch` and with `vault.fetch`. Each case runs in the page and closes over nothing. It gets the
// function under test, the API's origin and `show`, which describes a response by everything that can be seen of it.

/** @type {Record<string, (f: typeof fetch, api: string, show: (r: Response) => Promise<unknown>) => Promise<unknown>>} */
export const cases = {
  "plain GET": async (f, api, show) => show(await f(`${api}/echo`)),
  "URL object": async (f, api, show) => show(await f(new URL(`${api}/echo`))),
  "fragment in the URL": async (f, api, show) => show(await f(`${api}/echo#part`)),
  "query with odd characters": async (f, api, show) => show(await f(`${api}/echo?a=ä b&c=%2F"`)),
  "own header": async (f, api, show) =>
    show(await f(`${api}/echo`, { headers: { "x-custom": "ä" === "" ? "" : "a, b" } })),
  "Headers object": async (f, api, show) =>
    show(
      await f(`${api}/echo`, {
        headers: new Headers([
          ["x-custom", "1"],
          ["x-custom", "2"],
        ]),
      }),
    ),
  "accept header": async (f, api, show) =>
    show(await f(`${api}/echo`, { headers: { accept: "text/x-own" } })),
  ...Object.fromEntries(
    ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "patch", "post", "Own"].map((method) => [
      `method ${method}`,
      new Function(
        "f",
        "api",
        "show",
        `return f(api + "/echo", { method: "${method}" }).then(show, (error) => error.name)`,
      ),
    ]),
  ),
  HEAD: async (f, api, show) => show(await f(`${api}/status?code=200`, { method: "HEAD" })),
  "string body": async (f, api, show) => show(await f(`${api}/echo`, { method: "POST", body: "grüße" })),
  "empty string body": async (f, api, show) => show(await f(`${api}/echo`, { method: "POST", body: "" })),
  "JSON body": async (f, api, show) =>
    show(
      await f(`${api}/echo`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } }),
    ),
  "URLSearchParams body": async (f, api, show) =>
    show(
      await f(`${api}/echo`, {
        method: "POST",
        body: new URLSearchParams([
          ["a", "1"],
          ["a", "ä&"],
        ]),
      }),
    ),
  "Blob body": async (f, api, show) =>
    show(await f(`${api}/echo`, { method: "POST", body: new Blob(["blob"], { type: "text/x-blob" }) })),
  "Blob body without a type": async (f, api, show) =>
    show(await f(`${api}/echo`, { method: "POST", body: new Blob(["blob"]) })),
  "File body": async (f, api, show) =>
    show(
      await f(`${api}/echo`, { method: "POST", body: new File(["file"], "a.txt", { type: "text/plain" }) }),
    ),
  "ArrayBuffer body": async (f, api, show) =>
    show(await f(`${api}/echo`, { method: "POST", body: new Uint8Array([0, 1, 255]).buffer })),
  "typed array body": async (f, api, show) =>
    show(await f(`${api}/echo`, { method: "POST", body: new Uint16Array([1, 2, 3]).subarray(1) })),
  "DataView body": async (f, api, show) =>
    show(
      await f(`${api}/echo`, {
        method: "POST",
        body: new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
      }),
    ),
  "the page keeps its ArrayBuffer": async (f, api) => {
    const body = new Uint8Array(10);
    await f(`${api}/echo`, { method: "POST", body });
    return body.byteLength;
  },
  "FormData with files and repeated names": async (f, api, show) => {
    const form = new FormData();
    form.append("a", "1");
    form.append("a", "2");
    form.append("file", new File(["one"], "1.txt", { type: "text/plain" }));
    form.append("file", new File(["two"], "zwei ü.bin"));
    return show(await f(`${api}/echo`, { method: "POST", body: form }));
  },
  "Request object": async (f, api, show) =>
    show(await f(new Request(`${api}/echo`, { method: "PUT", body: "inner", headers: { "x-custom": "r" } }))),
  "Request object with init": async (f, api, show) =>
    show(
      await f(new Request(`${api}/echo`, { method: "PUT", body: "inner" }), {
        method: "POST",
        body: "outer",
      }),
    ),
  "Request object is used up": async (f, api) => {
    const request = new Request(`${api}/echo`, { method: "POST", body: "x" });
    await f(request);
    return request.bodyUsed;
  },
  "used Request is refused": async (f, api) => {
    const request = new Request(`${api}/echo`, { method: "POST", body: "x" });
    await request.text();
    return f(request).then(
      () => "sent",
      (error) => error.name,
    );
  },
  "GET with a body is refused": async (f, api) =>
    f(`${api}/echo`, { body: "x" }).then(
      () => "sent",
      (error) => error.name,
    ),
  "forbidden method is refused": async (f, api) =>
    f(`${api}/echo`, { method: "TRACE" }).then(
      () => "sent",
      (error) => error.name,
    ),
  "bad header is refused": async (f, api) =>
    f(`${api}/echo`, { headers: { "a b": "c" } }).then(
      () => "sent",
      (error) => error.name,
    ),
  "bad URL is refused": async (f) =>
    f("https://[").then(
      () => "sent",
      (error) => error.name,
    ),
  "credentials in the URL are refused": async (f, api) =>
    f(api.replace("//", "//user:pass@")).then(
      () => "sent",
      (error) => error.name,
    ),
  ...Object.fromEntries(
    [200, 201, 204, 205, 206, 304, 400, 403, 404, 409, 418, 429, 500, 503, 599].map((code) => [
      `status ${code}`,
      new Function("f", "api", "show", `return f(api + "/status?code=${code}").then(show)`),
    ]),
  ),
  "error with a body": async (f, api, show) => show(await f(`${api}/status?code=500&body=broken`)),
  "connection reset": async (f, api) =>
    f(`${api}/reset`).then(
      () => "answered",
      (error) => [error.name, error instanceof TypeError],
    ),
  "connection refused": async (f, api) =>
    f(`${api.replace(/:\d+$/, ":1")}/`).then(
      () => "answered",
      (error) => error.name,
    ),
  "body breaks off": async (f, api) => {
    const response = await f(`${api}/broken`);
    return response.text().then(
      () => "whole",
      (error) => error.name,
    );
  },
  "redirect followed": async (f, api, show) => show(await f(`${api}/redirect?to=/echo`)),
  "redirect 307 keeps the method": async (f, api, show) =>
    show(await f(`${api}/redirect?code=307&to=/echo`, { method: "POST", body: "again" })),
  "redirect 303 becomes GET": async (f, api, show) =>
    show(await f(`${api}/redirect?code=303&to=/echo`, { method: "POST", body: "again" })),
  "redirect chain": async (f, api, show) =>
    show(await f(`${api}/redirect?to=${encodeURIComponent("/redirect?to=/echo")}`)),
  "redirect as error": async (f, api) =>
    f(`${api}/redirect?to=/echo`, { redirect: "error" }).then(
      () => "followed",
      (error) => error.name,
    ),
  "redirect by hand": async (f, api, show) =>
    show(await f(`${api}/redirect?to=/echo`, { redirect: "manual" })),
  "empty body": async (f, api) => {
    const response = await f(`${api}/big?bytes=0`);
    return (await response.arrayBuffer()).byteLength;
  },
  "no body at all": async (f, api) => (await f(`${api}/status?code=204`)).text(),
  "large body": async (f, api) => {
    const bytes = new Uint8Array(await (await f(`${api}/big?bytes=3000000`)).arrayBuffer());
    return [bytes.length, bytes.every((byte) => byte === 7)];
  },
  "compressed body": async (f, api) => (await (await f(`${api}/gzip`)).text()).length,
  "large upload": async (f, api, show) =>
    show(await f(`${api}/echo`, { method: "POST", body: new Uint8Array(3_000_000) })),
  blob: async (f, api) => {
    const blob = await (await f(`${api}/status?code=200&body=abc`)).blob();
    return [blob.type, blob.size];
  },
  "bytes by reader": async (f, api) => {
    const reader = (await f(`${api}/big?bytes=100000`)).body.getReader();
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return bytes;
      bytes += value.length;
      if (!(value instanceof Uint8Array)) return "not bytes";
    }
  },
  "chunks come as they are sent": async (f, api) => {
    const response = await f(`${api}/drip`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader.read()).value.split("\n")[0];
    await reader.cancel();
    return first;
  },
  "server-sent events by hand": async (f, api) => (await (await f(`${api}/events`)).text()).match(/\d/g),
  "clone before reading": async (f, api) => {
    const response = await f(`${api}/status?code=201&body=twice`);
    const clone = response.clone();
    return [
      await clone.text(),
      await response.text(),
      clone.url === response.url,
      clone.type,
      clone.status,
      clone instanceof Response,
    ];
  },
  "body is read once": async (f, api) => {
    const response = await f(`${api}/echo`);
    await response.text();
    return [response.bodyUsed, await response.text().catch((error) => error.name)];
  },
  "a real Response": async (f, api) => {
    const response = await f(`${api}/echo`);
    return [
      response instanceof Response,
      Object.prototype.toString.call(response),
      response.body instanceof ReadableStream,
    ];
  },
  "aborted before": async (f, api) =>
    f(`${api}/echo`, { signal: AbortSignal.abort() }).then(
      () => "sent",
      (error) => error.name,
    ),
  "aborted before, own reason": async (f, api) =>
    f(`${api}/echo`, { signal: AbortSignal.abort("mine") }).then(
      () => "sent",
      (error) => error,
    ),
  "aborted before the head": async (f, api) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    return f(`${api}/slow`, { signal: controller.signal }).then(
      () => "sent",
      (error) => [error.name, error instanceof DOMException],
    );
  },
  "aborted before the head, own reason": async (f, api) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new RangeError("mine")), 100);
    return f(`${api}/slow`, { signal: controller.signal }).then(
      () => "sent",
      (error) => [error.name, error.message],
    );
  },
  "timed out": async (f, api) =>
    f(`${api}/slow`, { signal: AbortSignal.timeout(100) }).then(
      () => "sent",
      (error) => error.name,
    ),
  "aborted while the body comes": async (f, api) => {
    const controller = new AbortController();
    const response = await f(`${api}/drip`, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    return response.text().then(
      () => "whole",
      (error) => error.name,
    );
  },
  "aborted while the body comes, own reason": async (f, api) => {
    const controller = new AbortController();
    const response = await f(`${api}/drip`, { signal: controller.signal });
    setTimeout(() => controller.abort(new RangeError("mine")), 100);
    return response.text().then(
      () => "whole",
      (error) => error.name,
    );
  },
  "aborted after all": async (f, api) => {
    const controller = new AbortController();
    const response = await f(`${api}/echo`, { signal: controller.signal });
    await response.text();
    controller.abort();
    return response.status;
  },
  "an abort reaches the network": async (f, api) => {
    const controller = new AbortController();
    const response = await f(`${api}/drip`, { signal: controller.signal });
    await response.body.getReader().read();
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (await fetch(`${api}/open`)).text();
  },
  "a cancel reaches the network": async (f, api) => {
    const reader = (await f(`${api}/drip`)).body.getReader();
    await reader.read();
    await reader.cancel();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (await fetch(`${api}/open`)).text();
  },
  "fifty at once": async (f, api) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => f(`${api}/status?code=200&body=${i}`).then((r) => r.text())),
    );
    return answers.join();
  },
};

/** Everything that can be seen of a response. Runs in the page. */
export const show = async (response) => ({
  status: response.status,
  ok: response.ok,
  statusText: response.statusText,
  url: response.url,
  redirected: response.redirected,
  type: response.type,
  headers: [...response.headers].filter(([name]) => name !== "date" && !name.startsWith("access-control")),
  body: await response.text(),
});
