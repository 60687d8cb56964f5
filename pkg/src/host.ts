/**
 * `strongroom/host`: the page of an isolated vault. It is all that its origin shows.
 *
 * @module
 */
import { VaultError } from "./errors.ts";
import { BROKEN, HELLO, PORT } from "./protocol.ts";
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

/** Every frame above this one, if the browser tells; else the one above must be the topmost. */
const ancestorsAreListed = (apps: readonly string[]): boolean => {
  const { ancestorOrigins } = location;
  return ancestorOrigins ? [...ancestorOrigins].every((origin) => apps.includes(origin)) : parent === top;
};

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
  const exact = (app: string) =>
    URL.canParse(app) && new URL(app).origin === app && app !== location.origin && !app.includes("*");
  if (!Array.isArray(apps) || !apps.length || !apps.every(exact)) {
    throw new VaultError("config_invalid", "`apps` must list exact origins other than this one");
  }
  if (typeof endpoints !== "string" || !Array.isArray(resources)) {
    throw new VaultError("config_invalid", "`endpoints` and `resources` are needed");
  }
  if (parent === window || !ancestorsAreListed(apps)) {
    throw new VaultError("handshake_failed", "this page runs only in a frame of a listed application");
  }
  const port = await new Promise<MessagePort>((resolve) => {
    const listener = ({ source, origin, data, ports: [far] }: MessageEvent) => {
      if (source !== parent || !apps.includes(origin) || data !== PORT || !far) return;
      // One port per frame, once.
      removeEventListener("message", listener);
      resolve(far);
    };
    addEventListener("message", listener);
    // Only a parent on one of these origins gets it.
    for (const app of apps) parent.postMessage(HELLO, app);
  });
  const base = new URL(endpoints, location.href).href.replace(/\/+$/, "");
  const script = worker ?? new URL("./vault.worker.js", import.meta.url);
  spawn(script, { endpoints: base, provider, resources }, port, (error) => {
    for (const app of apps) parent.postMessage([BROKEN, error.message], app);
  });
};
