import type { Resource } from "./types.ts";

/** What the headers of an isolated vault depend on: the same options as `hostVault`'s. */
export interface HeaderOptions {
  apps: readonly string[];
  resources: readonly Pick<Resource, "origin">[];
}

/** The headers of every answer of the vault's origin. */
export const headersFor = ({ apps, resources }: HeaderOptions): Record<string, string> => {
  const origins = new Set(resources.map(({ origin }) => new URL(origin).origin));
  const connections = [...origins].flatMap((origin) => [origin, origin.replace(/^http/, "ws")]);
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `connect-src ${["'self'", ...connections].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${apps.join(" ")}`,
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "origin-agent-cluster": "?1",
    "cross-origin-opener-policy": "same-origin",
    // So that an application that is cross-origin isolated may frame the vault.
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-site",
  };
};

/** The names of those that `headers` lacks, or has with another value. */
export const headersMissing = (headers: Headers, options: HeaderOptions): string[] =>
  Object.entries(headersFor(options))
    .filter(([name, value]) => normal(headers.get(name)) !== normal(value))
    .map(([name]) => name);

/** Policies are compared directive by directive and source by source; more directives and stricter ones are no loss. */
const normal = (value: string | null): string =>
  (value ?? "")
    .split(";")
    .map((directive) => directive.trim().split(/\s+/).sort().join(" "))
    .filter(Boolean)
    .sort()
    .join(";");
