/**
 * The vault's worker. It is one self-contained file: `new Worker(new URL("./vault.worker.js", import.meta.url))`.
 * The page sends it its configuration and a port, once, and everything after that over the port.
 */
import * as glue from "../wasm/vault/vault_bg.js";
import base64 from "../wasm/vault/vault_bg.wasm?deflate";
import {
  CANCEL,
  type Configuration,
  DIED,
  PING,
  PONG,
  PULL,
  READY,
  REFUSED,
  type WireInit,
} from "./protocol.ts";
import { admit, initOf, partsOf, unsent } from "./vault/admit.ts";
import { Bodies } from "./vault/bodies.ts";
import { ASKED, type Core, type Host, SENT } from "./vault/core.ts";
import { Sockets } from "./vault/sockets.ts";
import { inTurn } from "./vault/turn.ts";
import { upload } from "./vault/upload.ts";

// Taken before anything else runs in this worker.
const worker = self as unknown as typeof globalThis & {
  close(): void;
  onmessage: unknown;
  postMessage(message: unknown, transfer: Transferable[]): void;
};
const { fetch, setTimeout, clearTimeout, crypto, performance, origin } = worker;
const { now } = Date;
/** Timers overflow beyond, and are over at once. Woken early, the wasm asks anew. */
const LONGEST = 2 ** 31 - 1;

const text = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : `${value}`;

const load = async (): Promise<void> => {
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const imports = { "./vault_bg.js": glue as unknown as WebAssembly.ModuleImports };
  const { instance } = await WebAssembly.instantiate(await new Response(inflated).arrayBuffer(), imports);
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports["__wbindgen_start"] as (() => void) | undefined)?.();
};

const run = (configuration: Configuration, port: MessagePort): void => {
  let core: Core | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const channel = `strongroom ${configuration.endpoints}`;
  const others = new BroadcastChannel(channel);

  /** A trap leaves the wasm's memory in no known state: nothing of it may run again. */
  const guarded = (work: (core: Core) => void): void => {
    if (!core) return;
    try {
      work(core);
    } catch {
      core = undefined;
      port.postMessage([DIED]);
      worker.close();
    }
  };
  // Firefox takes what goes over a port through another process, and what a worker says itself it does not.
  const lane = configuration.near ? worker : port;
  const post = (message: unknown[], transfer: Transferable[] = []): void =>
    lane.postMessage(message, transfer);
  const sockets = new Sockets(post, (id, open) => guarded((core) => core.connected(id, open)));
  const bodies = new Bodies(post);
  const host: Host = {
    parse: partsOf,
    admit,
    send: (message, url, authorization, follow, abort) => {
      let headers: Headers | undefined;
      let answer: Promise<Response>;
      try {
        const init = initOf(message, follow, abort.signal);
        headers = init.headers;
        headers.set("authorization", authorization);
        answer = upload(fetch.bind(worker), post, url, init);
      } catch {
        // Nothing of the engine's own words: they may quote the header.
        answer = Promise.reject(new TypeError("Failed to fetch"));
      }
      headers?.delete("authorization");
      host.settle(answer, SENT, message[1] as number);
    },
    ask: (url, attempt, body, key) => {
      const abort = new AbortController();
      const send = () =>
        fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json", "strongroom-attempt": attempt },
          body,
          mode: "same-origin",
          // Under `no-referrer`, which a worker takes over from its file's headers, Firefox sends `Origin: null` as Fetch has it
          // (3.2, "append a request `Origin` header"); the endpoints would refuse that.
          referrerPolicy: "same-origin",
          redirect: "error",
          signal: abort.signal,
        });
      // One tab's refresh at a time for each token.
      const answer = url.endsWith("/refresh") ? inTurn(`${channel} ${body}`, send) : send();
      host.settle(answer, ASKED, key);
      return abort;
    },
    settle: (promise, stage, key) =>
      void promise.then(
        (value) => guarded((core) => core.settled(stage, key, false, value)),
        (error: unknown) =>
          guarded((core) => core.settled(stage, key, true, String((error as Error)?.message))),
      ),
    post,
    deliver: ([, id, , , init], response) =>
      bodies.pump(id as number, response, (init as WireInit).method === "HEAD"),
    unsent,
    socket: (id, what, value) => sockets.do(id, what, value),
    tell: (text) => others.postMessage(text),
    wake: (millis) => {
      clearTimeout(timer);
      timer =
        millis < 0 ? undefined : setTimeout(() => guarded((core) => core.tick()), Math.min(millis, LONGEST));
    },
    monotonic: () => performance.now(),
    wall: () => now(),
    random: (bytes) => void crypto.getRandomValues(bytes),
  };

  const starting = new glue.VaultWorker(host);
  const { endpoints, provider, resources } = configuration;
  let refusal: string | undefined;
  for (const { origin, paths = [], audience, scope, redirects, socketMessage } of resources) {
    refusal ??= starting.resource(
      `${origin}`,
      paths.map(String),
      text(audience),
      text(scope),
      redirects === true,
      text(socketMessage),
    );
  }
  refusal ??= starting.start(origin, endpoints, text(provider));
  if (refusal) {
    port.postMessage([REFUSED, "config_invalid", refusal]);
    return worker.close();
  }
  core = starting;
  post([READY, `${endpoints}/login`]);
  port.onmessage = ({ data }) => {
    const kind = data?.[0];
    if (kind === PULL) bodies.pull(data[1], data[2]);
    if (kind === CANCEL) bodies.cancel(data[1]);
    if (kind !== PULL) guarded((core) => (kind === PING ? post([PONG]) : core.message(data)));
  };
  others.onmessage = ({ data }) => typeof data === "string" && guarded((core) => core.heard(data));
};

worker.onmessage = async ({ data, ports: [port] }: MessageEvent<Configuration>): Promise<void> => {
  worker.onmessage = null;
  if (!port) return;
  try {
    await load();
    run(data, port);
  } catch (error) {
    port.postMessage([REFUSED, "worker_failed", error instanceof Error ? error.message : ""]);
    worker.close();
  }
};
