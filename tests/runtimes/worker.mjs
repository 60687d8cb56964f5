// The suite as a server, for runtimes that run a module with a fetch handler: `/` lists the tests, `/run` runs one.
import { cacheApi, createVerifier, kvCache } from "strongroom/edge";
import * as small from "strongroom/edge/small";
import { keyServerAt } from "./client.mjs";
import { tests } from "./suite.mjs";

/** At module scope, as a worker's author writes it: nothing may be fetched or drawn from a random source here. */
const shared = new Map();
createVerifier({
  issuer: "https://issuer.example",
  audience: "https://api.example",
  algorithms: ["ES256"],
  keys: { jwksUrl: "https://issuer.example/jwks.json" },
});

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") return Response.json(Object.keys(tests));
    if (pathname === "/at-once") return verifyAtOnce(await request.json());
    if (pathname === "/shared") return verifyShared(await request.json(), env);
    try {
      await tests[searchParams.get("name")]({ keyServer: keyServerAt(searchParams.get("keys")) });
      return new Response("ok");
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};

/** One verifier for many requests, as in production. */
async function verifyShared({ options, cache, token }, env) {
  const id = JSON.stringify([options, cache]);
  const make = {
    kv: () => kvCache(env.KEYS),
    api: () => cacheApi(),
    both: () => [cacheApi(), kvCache(env.KEYS)],
  };
  const keys = cache ? { ...options.keys, cache: make[cache]() } : options.keys;
  if (!shared.has(id)) shared.set(id, createVerifier({ ...options, keys }));
  try {
    const { claims } = await shared.get(id).verify(token);
    return Response.json({ sub: claims.sub });
  } catch (error) {
    return Response.json({ code: error.code, message: error.message });
  }
}

/** Without the second module: what is verified here `node:crypto` has verified. */
function verifyAtOnce({ options, token }) {
  try {
    return Response.json({ sub: small.createVerifier(options).verifySync(token).claims.sub });
  } catch (error) {
    return Response.json({ code: error.code, message: error.message });
  }
}
