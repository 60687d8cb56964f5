// The endpoints in workerd over the stores that live there: /durable-object and /d1.
import { createEndpoints } from "strongroom/endpoints";
import { createTables, d1Store } from "strongroom/stores/d1";
import { durableObjectStore } from "strongroom/stores/durable-object";
import { optionsOf } from "./options.mjs";

export { StrongroomSessions } from "strongroom/stores/durable-object";

const STORES = {
  "durable-object": ({ SESSIONS }) => durableObjectStore(SESSIONS),
  d1: ({ DB }) => d1Store(DB),
};
const ENDPOINTS = Object.fromEntries(
  Object.entries(STORES).map(([name, open]) => [
    name,
    createEndpoints((env) => optionsOf(open(env), env.ORIGIN, { path: `/${name}`, secrets: [env.SECRET] })),
  ]),
);

export default {
  async fetch(request, env, context) {
    const [, first] = new URL(request.url).pathname.split("/");
    if (first === "tables") return createTables(env.DB).then(() => new Response("created"));
    return ENDPOINTS[first].fetch(request, env, context);
  },
};
