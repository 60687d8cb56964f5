import { VaultError } from "../errors.ts";
import { BROKEN, HELLO, PORT } from "./handshake.ts";
import type { Link } from "./link.ts";

const { MessageChannel: OwnChannel } = globalThis;

/** The isolated mode's way to a worker: a hidden frame of the vault's origin, which starts it and hands our port on. */
export const isolatedAt =
  (origin: string) =>
  (failed: (error: VaultError) => void): Link => {
    const { port1, port2 } = new OwnChannel();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    let far: MessagePort | undefined = port2;
    const listener = ({ data, source, origin: from }: MessageEvent) => {
      if (source !== frame.contentWindow || from !== origin) return;
      if (data === HELLO && far) {
        // Once: a second greeting would come from a page that has replaced the first.
        frame.contentWindow?.postMessage(PORT, origin, [far]);
        far = undefined;
      } else if (Array.isArray(data) && data[0] === BROKEN) {
        failed(new VaultError("worker_failed", String(data[1])));
      }
    };
    frame.onload = () => {
      frame.onload = () => {
        // Navigated or moved: the worker is gone with the first page. Ours gets another frame; whoever did it, no answer.
        console.warn("strongroom: the vault's frame was loaded again");
        failed(new VaultError("worker_failed"));
      };
    };
    addEventListener("message", listener);
    frame.src = `${origin}/`;
    document.documentElement.append(frame);
    return {
      port: port1,
      close: () => {
        removeEventListener("message", listener);
        frame.remove();
        port1.close();
      },
    };
  };
