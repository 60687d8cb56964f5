import { VaultError } from "../errors.ts";
import type { Configuration } from "../protocol.ts";
import type { Linker } from "./link.ts";

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): string;
  };
}

// Taken when the module is loaded: a worker that has died is replaced at any later time, and a script that has come into
// the page since must not get its hands on the new one through these.
const { apply } = Reflect;
const { Worker: OwnWorker, MessageChannel: OwnChannel } = globalThis;
const { postMessage: post, addEventListener: listen } = OwnWorker?.prototype ?? {};

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** Under Trusted Types the page allows the policy `strongroom`; elsewhere the URL is used as it is. */
const trusted = (url: string): string => {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy("strongroom", { createScriptURL: (script) => script });
  return policy ? policy.createScriptURL(url) : url;
};

/** Starts a worker in this origin and hands it its configuration and the far end of a channel. `script` is trusted. */
const start = (
  script: string,
  configuration: Configuration,
  port: MessagePort,
  failed: (error: VaultError) => void,
): Worker => {
  const worker = new OwnWorker(script, { name: "strongroom" });
  worker.onerror = (event) => {
    event.preventDefault();
    failed(
      new VaultError(
        "worker_failed",
        `${event.message || "its file did not load"}; looked for at ${script} (option \`worker\`, or \`strongroom/inline\`)`,
      ),
    );
  };
  apply(post, worker, [configuration, [port]]);
  return worker;
};

/** Starts the one worker of a page that lives as long as it does. */
export const spawn = (
  script: string | URL,
  configuration: Configuration,
  port: MessagePort,
  failed: (error: VaultError) => void,
): Worker => start(trusted(String(script)), configuration, port, failed);

/** The in-page mode's way to a worker. */
export const inPage = (script: string | URL, configuration: Configuration): Linker => {
  const url = trusted(String(script));
  return (failed, heard) => {
    const { port1, port2 } = new OwnChannel();
    const worker = start(url, { ...configuration, near: true }, port2, failed);
    apply(listen, worker, ["message", heard]);
    return {
      port: port1,
      close: () => {
        worker.terminate();
        port1.close();
      },
    };
  };
};
