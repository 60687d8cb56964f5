import { VaultError } from "../errors.ts";
import type { Configuration } from "../protocol.ts";
import type { Link } from "./link.ts";

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): string;
  };
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** Under Trusted Types the page allows the policy `strongroom`; elsewhere the URL is used as it is. */
const trusted = (url: string): string => {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy("strongroom", { createScriptURL: (script) => script });
  return policy ? policy.createScriptURL(url) : url;
};

/** Starts a worker in this origin and hands it its configuration and the far end of a channel. */
export const spawn = (
  script: string | URL,
  configuration: Configuration,
  port: MessagePort,
  failed: (error: VaultError) => void,
): Worker => {
  const worker = new Worker(trusted(String(script)), { name: "strongroom" });
  worker.onerror = (event) => {
    event.preventDefault();
    failed(
      new VaultError(
        "worker_failed",
        `${event.message || "its file did not load"}; it was looked for at ${script} (see the option \`worker\`, ` +
          "or import from `strongroom/inline`)",
      ),
    );
  };
  worker.postMessage(configuration, [port]);
  return worker;
};

/** The in-page mode's way to a worker. */
export const inPage =
  (script: string | URL, configuration: Configuration) =>
  (failed: (error: VaultError) => void): Link => {
    const { port1, port2 } = new MessageChannel();
    const worker = spawn(script, configuration, port2, failed);
    return {
      port: port1,
      close: () => {
        worker.terminate();
        port1.close();
      },
    };
  };
