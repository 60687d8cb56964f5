import { VaultError, type VaultErrorCode } from "../errors.ts";
import { FAIL, LOGOUT } from "../protocol.ts";
import { Connection } from "./connection.ts";
import { fetchThrough } from "./fetch.ts";
import { isolatedAt } from "./isolated.ts";
import type { Linker } from "./link.ts";
import { lock } from "./lock.ts";
import { inPage } from "./spawn.ts";
import type { LoginOptions, LogoutOptions, SocketOptions, Vault, VaultOptions } from "./types.ts";

const failure = (code: unknown, reason: unknown): VaultError =>
  new VaultError(code as VaultErrorCode, undefined, reason as string);

const wrong = (detail: string): VaultError => new VaultError("config_invalid", detail);

/** The origin that an option names, and nothing but the origin. */
const exactOrigin = (option: string, text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Some engines take a star for a host like any other.
  if (!url || url.origin !== text.replace(/\/$/, "") || text.includes("*")) {
    throw wrong(`\`${option}\` must be an exact origin like https://vault.example.com`);
  }
  return url.origin;
};

/** The way to a worker, the origin its log-in must be on, and what to do once it runs. */
const prepare = (
  options: VaultOptions,
  script: string | URL,
): [linker: Linker, home: string, started: () => void] => {
  if (options.isolated !== undefined) {
    for (const option of ["resources", "endpoints", "provider", "worker"] as const) {
      if (options[option] !== undefined) throw wrong(`\`${option}\` is configured at the vault's own origin`);
    }
    const home = exactOrigin("isolated", options.isolated);
    if (home === location.origin) throw wrong("`isolated` is the page's own origin");
    return [isolatedAt(home), home, () => {}];
  }
  const { endpoints, resources, provider, worker } = options;
  if (typeof endpoints !== "string") throw wrong("`endpoints` is missing");
  if (!Array.isArray(resources)) throw wrong("`resources` is no list");
  const base = new URL(endpoints, location.href).href.replace(/\/+$/, "");
  // A copy: what the page changes later does not reach a replaced worker.
  const configuration = structuredClone({ endpoints: base, provider, resources });
  const fix = lock(configuration);
  // A name that only this machine answers to: somebody is developing.
  if (location.hostname.endsWith("localhost")) void import("./advice.ts").then((advice) => advice.onPolicy());
  return [inPage(worker ?? script, configuration), location.origin, fix];
};

const loginUrl = (base: string, { returnTo, maxAge, acrValues, prompt }: LoginOptions): URL => {
  const url = new URL(base);
  const { href } = new URL(returnTo ?? location.href, location.href);
  const parameters = { return_to: href, max_age: maxAge, acr_values: acrValues, prompt };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
};

const logOut = (connection: Connection, everywhere: boolean): Promise<{ logoutUrl?: string }> =>
  new Promise((resolve, reject) => {
    const id = connection.expect({
      fail: reject,
      message: ([kind, , first, second]) => {
        connection.done(id);
        if (kind === FAIL) reject(failure(first, second));
        else resolve(first ? { logoutUrl: first as string } : {});
      },
    });
    connection.send([LOGOUT, id, everywhere]);
  });

/** Opens a vault whose worker's file is `script` unless the options say otherwise. */
export const create = async (given: VaultOptions, script: () => string | URL): Promise<Vault> => {
  // Only what the application wrote itself: options that a polluted `Object.prototype` adds are not its own.
  const options: VaultOptions = Object.assign(Object.create(null), given);
  if (typeof document === "undefined" || typeof Worker === "undefined" || !isSecureContext) {
    throw new VaultError("unsupported_environment");
  }
  const [linker, home, started] = prepare(
    options,
    options.isolated === undefined ? (options.worker ?? script()) : "",
  );
  const connection = new Connection(linker, options.isolated ? "handshake_failed" : "worker_failed");
  await connection.open().catch(async (error: VaultError) => {
    if (error.code !== "handshake_failed") throw error;
    throw new VaultError(error.code, await import("./advice.ts").then((advice) => advice.onSilence(home)));
  });
  started();
  if (new URL(connection.login).origin !== home) {
    const error = new VaultError("handshake_failed", "its log-in is on another origin");
    connection.end(error);
    throw error;
  }
  return Object.freeze({
    fetch: fetchThrough(connection, options.passthrough === true),
    get session() {
      return connection.session.snapshot;
    },
    // Loaded when it is first used: most applications have no sockets.
    socket: async (url: string | URL, own?: SocketOptions) =>
      (await import("./socket.ts")).openSocket(connection, failure, url, own),
    subscribe: connection.session.subscribe,
    login: (login: LoginOptions = {}) => {
      location.assign(loginUrl(connection.login, login));
      return new Promise<never>(() => {});
    },
    logout: async ({ everywhere = false }: LogoutOptions = {}) => logOut(connection, everywhere),
    close: () => connection.end(new VaultError("closed")),
  });
};
