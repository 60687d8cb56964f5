// Requests that the provider itself makes: back-channel logouts to the demo's own hosts, which are this machine's, known by the
// throw-away authority.
import { readFileSync } from "node:fs";
import { request as send } from "node:https";

const loopback = (_hostname, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

/** `fetch` as oidc-provider uses it. */
export function fetchTo({ tls }) {
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const options = {
        method,
        headers: Object.fromEntries(headers),
        ca: readFileSync(tls.ca),
        lookup: loopback,
        signal,
      };
      const outgoing = send(url, options, (answer) => {
        answer.resume();
        resolve(new Response(null, { status: answer.statusCode }));
      });
      outgoing.on("error", reject);
      outgoing.end(body?.toString());
    });
}
