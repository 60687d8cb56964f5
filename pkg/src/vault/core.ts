/** What the wasm asks of the worker's script. */
export interface Host {
  parse(url: string): string | undefined;
  admit(message: unknown[]): string | undefined;
  send(message: unknown[], url: string, authorization: string, follow: boolean, abort: AbortController): void;
  ask(url: string, attempt: string, body: string, key: number): AbortController;
  settle(promise: Promise<unknown>, stage: number, key: number): void;
  post(message: unknown[]): void;
  deliver(message: unknown[], response: Response): Promise<void>;
  unsent(message: unknown[]): void;
  socket(id: number, what: number, value: unknown): void;
  tell(text: string): void;
  wake(millis: number): void;
  monotonic(): number;
  wall(): number;
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

/** The class that the wasm exports. */
export interface Core {
  resource(
    origin: string,
    paths: string[],
    audience: string | undefined,
    scope: string | undefined,
    redirects: boolean,
    socketMessage: string | undefined,
  ): string | undefined;
  start(own: string, endpoints: string, provider: string | undefined): string | undefined;
  message(message: unknown): void;
  tick(): void;
  heard(session: string): void;
  connected(id: number, open: boolean): void;
  settled(stage: number, key: number, failed: boolean, value: unknown): void;
}

export type CoreClass = new (host: Host) => Core;

/** What a promise is of that has settled. `src/wasm/vault/wire.rs` has the same numbers, and more of its own. */
export const ASKED = 0;
export const SENT = 2;
