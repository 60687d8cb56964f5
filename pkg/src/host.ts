/**
 * `strongroom/host`: the page of an isolated vault, and the headers of its origin. That page is all that its origin shows.
 *
 * @module
 */
import { VaultError } from "./errors.ts";
import { BROKEN, HELLO, PORT } from "./vault/handshake.ts";
import { headersFor } from "./vault/headers.ts";
import { inspect } from "./vault/inspect.ts";
import { spawn } from "./vault/spawn.ts";
import type { Resource } from "./vault/types.ts";

export { VaultError, type VaultErrorCode } from "./errors.ts";
export type { Resource } from "./vault/types.ts";

export interface HostOptions {
  /** The exact origins of the applications that may use this vault. Patterns are refused. */
  apps: readonly string[];
  /** Where login, refresh, logout and session live, on this origin: `"/auth"`. */
  endpoints: string;
  /** The only places that get a token. */
  resources: readonly Resource[];
  /** The OpenID provider's origin, if no resource may ever be there. */
  provider?: string | undefined;
  /** Where the worker's file is, if the bundler did not find it by itself. */
  worker?: string | URL | undefined;
}

/** What is wrong with a list of applications, in words. */
const wrongWith = (apps: readonly string[], own?: string): string | undefined => {
  const exact = (app: unknown) =>
    typeof app === "string" && URL.canParse(app) && new URL(app).origin === app && !app.includes("*");
  const good = Array.isArray(apps) && apps.length > 0 && apps.every((app) => exact(app) && app !== own);
  return good ? undefined : "`apps` must list exact origins other than this one";
};

/**
 * The headers that every answer of the vault's origin must carry, errors and redirects too.
 *
 * @example In a Worker that serves the vault's page and the endpoints:
 * ```ts
 * import { withVaultHeaders } from "strongroom/host";
 *
 * const vault = { apps: ["https://app.example.com"], resources: [{ origin: "https://api.example.com" }] };
 * export default {
 *   fetch: async (request: Request): Promise<Response> => withVaultHeaders(await respond(request), vault),
 * };
 *
 * declare function respond(request: Request): Promise<Response>;
 * ```
 */
export const vaultHeaders = (options: Pick<HostOptions, "apps" | "resources">): Record<string, string> => {
  const wrong = wrongWith(options.apps);
  if (wrong !== undefined) throw new VaultError("config_invalid", wrong);
  return headersFor(options);
};

/** `response` with `vaultHeaders` in place of its own of these names. What else it has, cookies too, stays. */
export const withVaultHeaders = (
  response: Response,
  options: Pick<HostOptions, "apps" | "resources">,
): Response => {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(vaultHeaders(options))) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
};

/** Every frame above this one, if the browser tells; else the one above must be the topmost. */
const ancestorsAreListed = (apps: readonly string[]): boolean => {
  const { ancestorOrigins } = location;
  return ancestorOrigins ? [...ancestorOrigins].every((origin) => apps.includes(origin)) : parent === top;
};

/**
 * Waits for the application's port: one for each frame, once. Whoever asks wrongly gets no answer, and the developer is told
 * once.
 */
const handOver = (apps: readonly string[], report: (text: string) => void): Promise<MessagePort> =>
  new Promise((resolve) => {
    let taken = false;
    addEventListener("message", ({ source, origin, data, ports: [far] }: MessageEvent) => {
      // Extensions and tools send messages to every window: those are nobody's business.
      if (data !== PORT) return;
      if (source !== parent || !apps.includes(origin) || !far || taken) {
        report(
          `a port ${taken ? "after the first" : "that is not the application's"} is ignored; it came from ${origin}`,
        );
        return;
      }
      taken = true;
      resolve(far);
    });
    // Only a parent on one of these origins gets it.
    for (const app of apps) parent.postMessage(HELLO, app);
  });

/**
 * Runs the vault for the application that frames this page. Resolves once its worker has been started; rejects at top
 * level, under an ancestor that is not listed, and for a configuration that is not valid.
 *
 * @example
 * ```ts
 * import { hostVault } from "strongroom/host";
 *
 * await hostVault({
 *   apps: ["https://app.example.com"],
 *   endpoints: "/auth",
 *   resources: [{ origin: "https://api.example.com", paths: ["/v1/"] }],
 * });
 * ```
 */
export const hostVault = async (options: HostOptions): Promise<void> => {
  const { apps, endpoints, resources, provider, worker } = options;
  if (typeof window === "undefined" || typeof Worker === "undefined" || !isSecureContext) {
    throw new VaultError("unsupported_environment");
  }
  const wrong = wrongWith(apps, location.origin);
  if (wrong !== undefined) throw new VaultError("config_invalid", wrong);
  if (typeof endpoints !== "string" || !Array.isArray(resources)) {
    throw new VaultError("config_invalid", "`endpoints` and `resources` are needed");
  }
  if (parent === window || !ancestorsAreListed(apps)) {
    throw new VaultError("handshake_failed", "this page runs only in a frame of a listed application");
  }
  // A sandbox without `allow-same-origin`: no cookie and no worker would be this origin's.
  if (self.origin !== location.origin) {
    throw new VaultError("handshake_failed", "this page's frame has been sandboxed");
  }
  const told = new Set<string>();
  const report = (text: string): void => {
    if (!told.has(text)) console.warn(`strongroom: ${text}`);
    told.add(text);
  };
  const port = await handOver(apps, report);
  const base = new URL(endpoints, location.href).href.replace(/\/+$/, "");
  const script = worker ?? new URL("./vault.worker.js", import.meta.url);
  spawn(script, { endpoints: base, provider, resources }, port, (error) => {
    for (const app of apps) parent.postMessage([BROKEN, error.message], app);
  });
  void inspect(options, report);
};
