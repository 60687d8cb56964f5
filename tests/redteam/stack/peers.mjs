import { build } from "esbuild";
import path from "node:path";

/** The peers' libraries, as a bundler gives them to a page. */
export const buildPeers = (dir) =>
  build({
    entryPoints: { auth0: "@auth0/auth0-spa-js", "oidc-client": "oidc-client-ts" },
    outdir: path.join(dir, "peers"),
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
