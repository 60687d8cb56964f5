/** What verifiers read: the keys, and the document that leads to them (RFC 8414). */
import type { IssuerOptions } from "./types.ts";

/** Seconds for which the metadata may be cached: it changes with the configuration only. */
const MAX_AGE = 3600;

/** The address of the metadata, which is not below the issuer's own path (RFC 8414 §3.1). */
export function metadataPath(base: string): string {
  return `/.well-known/oauth-authorization-server${base}`;
}

/**
 * The metadata. Nobody is redirected here for a token: the grant is the session's cookie, and no registered response type says
 * so but `none`.
 */
export function metadata({ issuer, resources }: IssuerOptions): Response {
  const document = {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint: `${issuer}/refresh`,
    token_endpoint_auth_methods_supported: ["none"],
    grant_types_supported: ["urn:strongroom:grant:session"],
    response_types_supported: ["none"],
    scopes_supported: [...new Set(resources.flatMap(({ scope }) => scope.split(" ")))],
  };
  return new Response(JSON.stringify(document), {
    headers: {
      "content-type": "application/json",
      "cache-control": `public, max-age=${MAX_AGE}`,
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
    },
  });
}
