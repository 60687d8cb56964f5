// The measurement as a worker: its clock stands still inside a request, so the host times `/run` from outside.
import { Trial, isSync, subjectsOn } from "./measure.mjs";

let given;
let trial;

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/case") given = await request.json();
    if (pathname === "/subjects") return Response.json(subjectsOn("workerd", searchParams.get("mode")));
    if (pathname === "/start") {
      try {
        trial = await Trial.start(searchParams.get("name"), given, searchParams.get("mode"));
        return new Response(trial ? "ok" : "not supported");
      } catch (error) {
        return new Response(String(error?.message ?? error));
      }
    }
    if (pathname === "/refill") trial.refill();
    if (pathname === "/run") {
      const count = isSync(searchParams.get("name")) ? trial.runSync() : await trial.run();
      return new Response(String(count));
    }
    return new Response("ok");
  },
};
