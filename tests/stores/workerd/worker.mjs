// The stores that live in workerd: the conformance cases by name, and endpoints over each store.
import { createEndpoints } from "strongroom/endpoints";
import { createTables, d1Store } from "strongroom/stores/d1";
import { StrongroomSessions as Sessions, durableObjectStore } from "strongroom/stores/durable-object";
import { storeCases } from "strongroom/stores/testing";
import { onClock, optionsOf } from "../app.mjs";

/** The class as it ships, and a look at what it keeps. */
export class StrongroomSessions extends Sessions {
  async kept() {
    const tables = ["strongroom_sessions", "strongroom_values"];
    const count = (table) => this.ctx.storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n;
    return tables.map(count);
  }
}

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
    if (first === "kept") {
      const object = env.SESSIONS.get(env.SESSIONS.idFromName(url.searchParams.get("object")));
      return Response.json(await object.kept());
    }
    if (first === "expire") {
      const store = durableObjectStore(env.SESSIONS);
      const now = await store.now("ending");
      const times = { createdAt: now, idleExpiresAt: now, absoluteExpiresAt: now - 24 * 60 * 60 * 1000 };
      const row = { family: "f", subject: "s", application: "a", version: 1, record: "r", ...times };
      await store.create("ending", { ...row, sealed: null, lease: null, revoked: false }, 200);
      // No key that the other cases draw at random ends like this, so it has an object to itself.
      await store.putOnce("ending!!", 1);
      return new Response("written");
    }
    if (first !== "case") return ENDPOINTS[first].fetch(request, env, context);
    // One case a request: a request has limits that many cases together would exceed.
    const pass = async (milliseconds) => {
      if (second !== "d1") return;
      await env.DB.prepare("UPDATE strongroom_subjects SET until = until - ?").bind(milliseconds).run();
    };
    const cases = storeCases(() => STORES[second](env), { rounds: Number(env.ROUNDS), pass });
    const wanted = cases.find(({ name }) => name === url.searchParams.get("name"));
    const message = await wanted.run().then(
      () => "",
      (error) => String(error?.stack ?? error),
    );
    return new Response(message);
  },
};
