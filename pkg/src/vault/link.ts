import type { VaultError } from "../errors.ts";

/** A way to a fresh worker. Messages sent over the port before the worker listens are kept by the browser. */
export interface Link {
  readonly port: MessagePort;
  /** Ends the worker. */
  close(): void;
}

/** Starts a worker; `failed` may be called at any later time. */
export type Linker = (failed: (error: VaultError) => void) => Link;
