// An application of its own issuer on Cloudflare's runtime: sessions and key ring in Durable Objects.
import { createVerifier, unauthorized } from "strongroom/edge";
import { createEndpoints, issuer, ringStorage } from "strongroom/endpoints";
import { createKeyRing } from "strongroom/keys";
import { durableObjectStore } from "strongroom/stores/durable-object";

export { StrongroomSessions } from "strongroom/stores/durable-object";

const API = "https://api.example.com";
let ring;

const auth = createEndpoints(({ SESSIONS, ORIGIN, SECRET }) => {
  const store = durableObjectStore(SESSIONS);
  ring = createKeyRing({ storage: ringStorage(store), secrets: [SECRET] });
  return {
    origins: [ORIGIN],
    provider: issuer({
      issuer: `${ORIGIN}/auth`,
      clientId: "app",
      keyRing: ring,
      resources: [{ audience: API, scope: "read" }],
      authenticate: async ({ request }) =>
        request.method === "GET" ? new Response("page") : { subject: (await request.formData()).get("name") },
    }),
    store,
    secrets: [SECRET],
  };
});

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    auth.init(env);
    if (pathname === "/rotate") {
      await ring.rotate({ emergency: true });
      return Response.json(await ring.keys());
    }
    if (pathname === "/me") {
      const verifier = createVerifier({
        ...{ issuer: `${env.ORIGIN}/auth`, audience: API, algorithms: ["ES256"], profile: "rfc9068" },
        keys: { discover: true },
        fetch: (asked) => auth.fetch(asked, env, context),
      });
      return verifier
        .verify(request)
        .then(({ claims }) => Response.json({ hello: claims.sub }), unauthorized);
    }
    return auth.fetch(request, env, context);
  },
};
