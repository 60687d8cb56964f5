import type { VaultError } from "../errors.ts";

/** A way to a fresh worker. Messages sent over the port before the worker listens are kept by the browser. */
export interface Link {
  readonly port: MessagePort;
  /** Ends the worker. */
  close(): void;
}

/** Starts a worker. Both may be called at any later time: `heard` with what does not come over the port. */
export type Linker = (failed: (error: VaultError) => void, heard: Heard) => Link;
export type Heard = (event: MessageEvent<unknown[]>) => void;
