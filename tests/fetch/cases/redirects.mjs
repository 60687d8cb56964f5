import { echoed, facts, refusal, whole } from "../look.mjs";

/** Follows one redirect with this status and method to `/echo`, here or at another origin. */
const follow =
  (status, init = {}, to = "api") =>
  async (fetch, at) => {
    const response = await fetch(
      at.api(`redirect?status=${status}&to=${encodeURIComponent(at[to]("echo"))}`),
      init,
    );
    return { ...facts(response), ...(await echoed(response)) };
  };
const refused =
  (path, init = {}) =>
  (fetch, at) =>
    refusal(fetch(at.api(path), init));
const post = { method: "POST", body: "kept?", headers: { "x-one": "1", "content-type": "text/x-one" } };

/** Redirects of every kind. */
export const redirects = {
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].flatMap((status) => [
      [`${status}, GET`, follow(status)],
      [`${status}, POST`, follow(status, post)],
      [`${status}, to another origin`, follow(status, {}, "other")],
    ]),
  ),
  "303, PUT": follow(303, { ...post, method: "PUT" }),
  "302, HEAD": async (fetch, at) =>
    facts(await fetch(at.api(`redirect?to=${at.api("answer")}`), { method: "HEAD" })),
  "POST to another origin, kept": follow(307, post, "other"),
  "POST to another origin, dropped": follow(303, post, "other"),
  "own headers to another origin": follow(302, { headers: { "x-one": "1" } }, "other"),
  "three in a row": async (fetch, at) =>
    whole(await fetch(at.api(`redirect?times=3&to=${encodeURIComponent(at.api("answer?body=there"))}`))),
  "there and back": async (fetch, at) => {
    const back = at.other(`redirect?to=${encodeURIComponent(at.api("answer?body=back"))}`);
    return whole(await fetch(at.api(`redirect?to=${encodeURIComponent(back)}`)));
  },
  "a relative location": async (fetch, at) => whole(await fetch(at.api("redirect?to=answer?body=relative"))),
  "a location with a fragment": async (fetch, at) =>
    whole(await fetch(at.api(`redirect?to=${encodeURIComponent("answer?body=x#there")}`))),
  "the fragment goes along": async (fetch, at) => whole(await fetch(at.api("redirect?to=answer#kept"))),
  "too many": async (fetch, at) => refusal(fetch(at.api("redirect?times=30&to=answer"))),
  "twenty are allowed": async (fetch, at) => whole(await fetch(at.api("redirect?times=20&to=answer?body=x"))),
  "no location": async (fetch, at) => whole(await fetch(at.api("redirect?status=302"))),
  "a location that is no URL": refused("redirect?to=https%3A%2F%2F"),
  "a location with credentials": (fetch, at) =>
    refusal(fetch(at.api(`redirect?to=${encodeURIComponent(at.other("answer").replace("//", "//u:p@"))}`))),
  "a location that is data": refused("redirect?to=data%3Atext%2Fplain%2Cx"),
  "to where CORS is not granted": (fetch, at) =>
    refusal(fetch(at.api(`redirect?to=${encodeURIComponent(at.other("answer?cors=none"))}`))),
  "a stream cannot be sent again": (fetch, at) => {
    const body = new Blob(["x"]).stream();
    const init = { method: "POST", body, duplex: "half" };
    return refusal(fetch(at.wide(`redirect?status=307&to=answer`), init));
  },
  "error: a redirect": refused("redirect?to=answer", { redirect: "error" }),
  "error: no redirect": async (fetch, at) =>
    whole(await fetch(at.api("answer?body=x"), { redirect: "error" })),
  "manual: a redirect": async (fetch, at) => {
    const response = await fetch(at.api("redirect?to=answer"), { redirect: "manual" });
    return { ...(await whole(response)), stream: response.body };
  },
  "manual: no redirect": async (fetch, at) =>
    whole(await fetch(at.api("answer?body=x"), { redirect: "manual" })),
  "manual: a clone": async (fetch, at) => {
    const response = await fetch(at.api("redirect?to=answer"), { redirect: "manual" });
    return facts(response.clone());
  },
  "a mode that does not exist": refused("answer", { redirect: "maybe" }),
};
