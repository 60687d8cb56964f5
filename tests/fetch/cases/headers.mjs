import { echoed, refusal } from "../look.mjs";

const sent = (headers) => async (fetch, at) => echoed(await fetch(at.api("echo"), { headers }));
const refused = (headers) => (fetch, at) => refusal(fetch(at.api("echo"), { headers }));

/** Request headers. */
export const headers = {
  "as an object": sent({ "x-one": "1", "X-Two": "2" }),
  "as pairs": sent([
    ["x-one", "1"],
    ["x-two", "2"],
  ]),
  "as Headers": async (fetch, at) =>
    echoed(await fetch(at.api("echo"), { headers: new Headers({ "x-one": "1" }) })),
  "repeated names are joined": sent([
    ["x-one", "1"],
    ["X-One", "2"],
  ]),
  "values are trimmed": sent({ "x-one": " \t a  b \t" }),
  "an empty value": sent({ "x-one": "" }),
  "a value in Latin-1": sent({ "x-one": "grüezi" }),
  "a number and null become strings": sent({ "x-one": 1, "x-two": null }),
  "a value beyond Latin-1 is refused": refused({ "x-one": "€" }),
  "a line break is refused": refused({ "x-one": "a\r\nx-two: b" }),
  "a name that is no token is refused": refused({ "x one": "1" }),
  "a pair of three is refused": refused([["x-one", "1", "2"]]),
  "names a page may not set are dropped": sent({
    "x-one": "1",
    connection: "close",
    host: "evil.example",
    origin: "https://evil.example",
    "sec-fetch-site": "none",
    "proxy-one": "1",
    "accept-encoding": "none",
  }),
  "an own accept": sent({ accept: "application/vnd.one+json" }),
  "an own accept-language": sent({ "accept-language": "rm" }),
  "an own content-type": async (fetch, at) =>
    echoed(
      await fetch(at.api("echo"), {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json" },
      }),
    ),
  "a content-type without a body": sent({ "content-type": "application/json" }),
  "a range": sent({ range: "bytes=0-1" }),
  "two hundred of them": sent(
    Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${at}`, "v".repeat(20)])),
  ),
  "changed afterwards, not sent": async (fetch, at) => {
    const headers = new Headers({ "x-one": "1" });
    const promise = fetch(at.api("echo"), { headers });
    headers.set("x-one", "2");
    return echoed(await promise);
  },
  "an own authorization": async (fetch, at) =>
    (await fetch(at.api("answer"), { headers: { authorization: "Basic b3du" } })).status,
};
