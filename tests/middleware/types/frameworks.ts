// The middleware is what each framework takes, by its own types.
import { createServer } from "node:http";
import express from "express";
import { Hono } from "hono";
import {
  cacheApi,
  createVerifier,
  honoMiddleware,
  kvCache,
  nodeMiddleware,
  verifiedOf,
} from "strongroom/edge";
import type { Verifier } from "strongroom/edge";
import { createKeyRing, memoryRingStorage, sign } from "strongroom/keys";

declare const verifier: Verifier;

const app = express();
app.use(nodeMiddleware(verifier, { realm: "api" }));
app.get("/me", nodeMiddleware(verifier), (request, response) => {
  response.json({ subject: verifiedOf(request).claims.sub });
});

const hono = new Hono();
hono.use(honoMiddleware(verifier));
hono.get("/me", honoMiddleware(verifier), (context) =>
  context.json({ subject: verifiedOf(context).claims.sub ?? null }),
);

createServer((request, response) => nodeMiddleware(verifier)(request, response, () => response.end()));

const keys = { jwksUrl: "https://issuer.example/jwks", cache: cacheApi() };
const common = {
  issuer: "https://issuer.example",
  audience: "https://api.example",
  algorithms: ["ES256"],
} as const;
createVerifier({ ...common, keys, quirks: ["padded_base64"] });
declare const namespace: Parameters<typeof kvCache>[0];
createVerifier({ ...common, keys: { discover: true, cache: [cacheApi(), kvCache(namespace)] } });
// @ts-expect-error: no such option
createVerifier({ ...common, keys, requiredScope: "read" });
// @ts-expect-error: no such algorithm
createVerifier({ ...common, algorithms: ["none"], keys });
// @ts-expect-error: no such quirk
createVerifier({ ...common, keys, quirks: ["lenient"] });

const ring = createKeyRing({ storage: memoryRingStorage(), secrets: ["…"], tokenLifetime: "access" });
export const token: Promise<string> = sign(
  ring,
  { sub: "1" },
  { issuer: "a", audience: "b", lifetime: "emailLink" },
);
