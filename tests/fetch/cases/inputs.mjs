import { echoed, facts, refusal, whole } from "../look.mjs";

const method = (method) => async (fetch, at) => echoed(await fetch(at.api("echo"), { method }));
const refused = (given) => (fetch, at) => refusal(fetch(...given(at)));

/** Methods and what can be given as the first argument. */
export const inputs = {
  "GET by default": async (fetch, at) => echoed(await fetch(at.api("echo?a=1&b=%20%C3%BC"))),
  HEAD: async (fetch, at) => whole(await fetch(at.api("answer?header=x-one:1"), { method: "HEAD" })),
  POST: method("POST"),
  PUT: method("PUT"),
  PATCH: method("PATCH"),
  DELETE: method("DELETE"),
  OPTIONS: async (fetch, at) => (await fetch(at.api("answer?body=options"), { method: "OPTIONS" })).text(),
  "a method of one's own": method("PURGE"),
  "get in lower case is GET": method("get"),
  "patch in lower case stays": async (fetch, at) => {
    const answer = await refusal(fetch(at.api("echo"), { method: "patch", body: "x" }));
    return { answer, methods: (await at.seen()).map((request) => request.method) };
  },
  "TRACE is refused": refused((at) => [at.api("echo"), { method: "TRACE" }]),
  "CONNECT is refused": refused((at) => [at.api("echo"), { method: "CONNECT" }]),
  "a method that is no token": refused((at) => [at.api("echo"), { method: "G T" }]),
  "GET with a body is refused": refused((at) => [at.api("echo"), { body: "x" }]),
  "HEAD of something large": async (fetch, at) => {
    const response = await fetch(at.api("large?size=5000000"), { method: "HEAD" });
    return [response.headers.get("content-length"), await response.text()];
  },
  "HEAD with a body is refused": refused((at) => [at.api("echo"), { method: "HEAD", body: "x" }]),

  "a URL object": async (fetch, at) => echoed(await fetch(new URL(at.api("echo?url")))),
  "an object with a string in it": async (fetch, at) =>
    echoed(await fetch({ toString: () => at.api("echo?object") })),
  "a Request": async (fetch, at) =>
    echoed(
      await fetch(
        new Request(at.api("echo"), { method: "POST", body: "request", headers: { "x-one": "1" } }),
      ),
    ),
  "a Request with options over it": async (fetch, at) => {
    const request = new Request(at.api("echo"), { method: "POST", body: "one", headers: { "x-one": "1" } });
    return echoed(await fetch(request, { method: "PUT", body: "two", headers: { "x-two": "2" } }));
  },
  "a Request can be sent once": async (fetch, at) => {
    const request = new Request(at.api("echo"), { method: "POST", body: "once" });
    const first = await echoed(await fetch(request));
    return { first, used: request.bodyUsed, second: await refusal(fetch(request)) };
  },
  "a Request without a body can be sent twice": async (fetch, at) => {
    const request = new Request(at.api("echo"));
    return [await echoed(await fetch(request)), await echoed(await fetch(request)), request.bodyUsed];
  },
  "a clone of a Request": async (fetch, at) => {
    const request = new Request(at.api("echo"), { method: "POST", body: "twice" });
    const clone = request.clone();
    return [await echoed(await fetch(request)), await echoed(await fetch(clone))];
  },
  "a Request whose body was read": async (fetch, at) => {
    const request = new Request(at.api("echo"), { method: "POST", body: "read" });
    await request.text();
    return refusal(fetch(request));
  },
  "a fragment is kept from the server": async (fetch, at) => {
    const response = await fetch(at.api("echo?q#fragment"));
    return { ...facts(response), ...(await echoed(response)) };
  },
  "dots and odd characters in the path": async (fetch, at) =>
    echoed(await fetch(at.api("x/../echo?ä=|<>&%zz"))),
  "credentials in the URL": refused((at) => [at.api("echo").replace("https://", "https://u:p@")]),
  "no URL at all": (fetch) => refusal(fetch()),
  "what is no URL": (fetch) => refusal(fetch("https://")),
  "null is a path": async (fetch) => {
    const answer = await refusal(fetch(null, { method: "HEAD" }));
    return answer.resolved?.url.replace(location.origin, "") ?? answer;
  },
  "a relative URL": async (fetch, at) => echoed(await fetch(at.own("echo"))),
  "a data: URL": async (fetch) => whole(await fetch("data:text/plain,data")),
  "a blob: URL": async (fetch) => {
    const response = await fetch(URL.createObjectURL(new Blob(["blob"])));
    return { ...(await whole(response)), url: response.url.slice(0, 5) };
  },
  "a name that does not exist": (fetch, at) => refusal(fetch(at.nowhere("answer"))),
  "a port where nobody listens": (fetch, at) => refusal(fetch(at.closed("answer"))),
  "an origin that is no resource": (fetch, at) => refusal(fetch("https://nothing.example/")),

  "it refuses, it does not throw": (fetch, at) => {
    const alone = at.itself;
    const promise = alone("https://");
    return refusal(promise.then(() => promise instanceof Promise));
  },
  "it works without its object": async (fetch, at) => {
    const alone = at.itself;
    return echoed(await alone(at.api("echo")));
  },
  "it gives a Promise for a Response": async (fetch, at) => {
    const promise = fetch(at.api("answer"));
    const response = await promise;
    return [
      promise instanceof Promise,
      response instanceof Response,
      Object.prototype.toString.call(response),
    ];
  },
  "fifty at once": async (fetch, at) => {
    const numbers = Array.from({ length: 50 }, (_, number) => number);
    return Promise.all(
      numbers.map(async (number) => (await echoed(await fetch(at.wide(`echo?${number}`)))).path),
    );
  },
};
