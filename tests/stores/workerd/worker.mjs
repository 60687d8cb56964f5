// The stores that live in workerd: the conformance cases by name, and endpoints over each store.
import { createEndpoints } from "strongroom/endpoints";
import { createTables, d1Store } from "strongroom/stores/d1";
import { durableObjectStore } from "strongroom/stores/durable-object";
import { storeCases } from "strongroom/stores/testing";
import { onClock, optionsOf } from "../app.mjs";

export { StrongroomSessions } from "strongroom/stores/durable-object";

const STORES = {
  "durable-object": ({ SESSIONS }) => durableObjectStore(SESSIONS),
  d1: ({ DB }) => d1Store(DB),
};
// There is no time yet where the module is loaded.
const clock = { now: 0 };
const ENDPOINTS = Object.fromEntries(
  Object.entries(STORES).map(([name, open]) => [
    name,
    createEndpoints((env) => optionsOf(onClock(open(env), clock), { origin: env.ORIGIN, path: `/${name}` })),
  ]),
);

export default {
  async fetch(request, env, context) {
    clock.now ||= Date.now();
    const url = new URL(request.url);
    const [, first, second] = url.pathname.split("/");
    if (first === "tables") return createTables(env.DB).then(() => new Response("created"));
    if (first === "clock") return new Response(String((clock.now += Number(second))));
    if (first !== "case") return ENDPOINTS[first].fetch(request, env, context);
    // One case a request: a request has limits that many cases together would exceed.
    const cases = storeCases(() => STORES[second](env), { rounds: Number(env.ROUNDS) });
    const wanted = cases.find(({ name }) => name === url.searchParams.get("name"));
    const message = await wanted.run().then(
      () => "",
      (error) => String(error?.stack ?? error),
    );
    return new Response(message);
  },
};
