/** What the wasm asks of the worker's script. */
export interface Host {
  fetch(url: string, init: RequestInit): Promise<Response>;
  settle(promise: Promise<unknown>, stage: number, key: number): void;
  post(message: unknown[]): void;
  body(id: number, response: Response): Promise<void>;
  unsent(init: RequestInit): void;
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
