// The endpoints on Node or Bun, over any store. Takes JSON: `port`, `kind` and `where` of the store, `mode`: "held" (access tokens
// are held and live long), "asking" (the provider at `issuer` is asked each time) or "issuing" (they are made and signed here).
import { createEndpoints, issuer, oidc, ringStorage } from "strongroom/endpoints";
import { createKeyRing } from "strongroom/keys";
import { open } from "./databases.mjs";
import { optionsOf } from "./options.mjs";
import { serve } from "./serve.mjs";

const { port, kind, where, mode, issuer: asked } = JSON.parse(process.argv[2]);
const origin = `http://127.0.0.1:${port}`;
const secrets = [Buffer.alloc(32, 7).toString("base64url")];
const { store, fill } = await open(kind, where);

const clients = {
  held: () => ({}),
  asking: () => {
    const resources = [{ audience: "https://api.example.com", scope: "read" }];
    const provider = oidc({ issuer: asked, clientId: "bench", clientSecret: "bench-secret", resources });
    return { renew: (refreshToken, resource) => provider.renew(refreshToken, resource) };
  },
  issuing: () => ({}),
};
const options = optionsOf(store, origin, { secrets, ...clients[mode]() });
if (mode === "issuing") {
  options.provider = issuer({
    ...{ issuer: `${origin}/auth`, clientId: "bench", resources: options.provider.resources },
    keyRing: createKeyRing({ storage: ringStorage(store), secrets }),
    authenticate: ({ request }) => ({ subject: new URL(request.url).searchParams.get("subject") ?? "user" }),
  });
}
const auth = createEndpoints(options);

serve(port, async (request) => {
  const url = new URL(request.url);
  if (url.pathname !== "/fill") return auth.fetch(request);
  await fill(Number(url.searchParams.get("from")), Number(url.searchParams.get("to")));
  return new Response("filled");
});
