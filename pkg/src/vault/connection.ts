import { VaultError, type VaultErrorCode } from "../errors.ts";
import { AWAKE, DIED, PING, READY, REFUSED, STATE } from "../protocol.ts";
import type { Heard, Link, Linker } from "./link.ts";
import { SessionStore } from "./session.ts";
import type { Session } from "./types.ts";

/** Something the page waits for: gets each message that carries its number. */
export interface Waiter {
  message(message: unknown[]): void;
  fail(error: VaultError): void;
  /** Whether the page keeps the worker waiting, and not the other way round. */
  idle?(): boolean | undefined;
}

/** A worker has so many times so long to start: what is due after a sleep, or a long task of the page, is one of them. */
const START_MILLIS = 4000;
const START_TIMES = 5;
/** A worker that dies so often within a minute is not replaced any more. */
const DEATHS = 3;
/** While something is open, the worker is asked so often whether it is there … */
const PING_MILLIS = 5000;
/** … and has been killed in silence if so many questions stay without any answer. One that is only slow must not be. */
const SILENCES = 5;

/** The page's end of the port. Replaces a worker that has died. */
export class Connection {
  readonly session = new SessionStore();
  login = "";
  readonly #linker: Linker;
  readonly #silent: VaultErrorCode;
  readonly #waiters = new Map<number, Waiter>();
  readonly #stop = new AbortController();
  #link: Link | undefined;
  #over: VaultError | undefined;
  #silences = -1;
  #watch: ReturnType<typeof setInterval> | undefined;
  #deaths: number[] = [];
  #id = 0;

  /** `silent` is the error when nobody answers. */
  constructor(linker: Linker, silent: VaultErrorCode) {
    this.#linker = linker;
    this.#silent = silent;
    const awake = () => document.visibilityState === "visible" && this.send([AWAKE]);
    const options = { signal: this.#stop.signal };
    addEventListener("online", awake, options);
    addEventListener("pageshow", awake, options);
    document.addEventListener("visibilitychange", awake, options);
  }

  /** Starts a worker; done once it is ready. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      let ready = false;
      let left = START_TIMES;
      const timer = setInterval(() => --left || failed(new VaultError(this.#silent)), START_MILLIS);
      const failed = (error: VaultError) => {
        clearInterval(timer);
        if (this.#link !== link) return;
        if (ready) return this.#died();
        this.end(error);
        reject(error);
      };
      const heard: Heard = ({ data }) => {
        const [kind, first, second] = data;
        this.#silences = 0;
        if (kind === READY) {
          clearInterval(timer);
          ready = true;
          this.login = String(first);
          resolve();
        } else if (kind === REFUSED) {
          failed(new VaultError(first as VaultErrorCode, String(second)));
        } else if (kind === STATE) {
          this.session.set(first as Session["status"], second as string | undefined);
        } else if (kind === DIED) {
          this.#died();
        } else {
          this.#waiters.get(first as number)?.message(data);
        }
      };
      const link = this.#linker(failed, heard);
      this.#link = link;
      this.#silences = -1;
      link.port.onmessage = heard;
    });
  }

  /** Gives the waiter a number. */
  expect(waiter: Waiter): number {
    if (this.#over) throw this.#over;
    this.#id = (this.#id % 0xffff_ffff) + 1;
    this.#waiters.set(this.#id, waiter);
    return this.#id;
  }

  done(id: number): void {
    this.#waiters.delete(id);
  }

  send(message: unknown[], transfer: Transferable[] = []): void {
    this.#keepWatch();
    this.#link?.port.postMessage(message, transfer);
  }

  /** For good. */
  end(error: VaultError): void {
    this.#over ??= error;
    this.#stop.abort();
    this.#link?.close();
    this.#link = undefined;
    this.#failAll(error);
  }

  /** A worker that a script or the browser ends says nothing. Nor does it while it starts, which has a time of its own. */
  #keepWatch(): void {
    this.#watch ??= setInterval(() => {
      if (![...this.#waiters.values()].some((waiter) => !waiter.idle?.())) {
        clearInterval(this.#watch);
        this.#watch = undefined;
      } else if (this.#silences >= SILENCES) this.#died();
      else if (this.#silences++ >= 0) this.send([PING]);
    }, PING_MILLIS);
  }

  #died(): void {
    this.#link?.close();
    this.#failAll(new VaultError("worker_restarted"));
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < 60_000), now];
    if (this.#deaths.length > DEATHS) return this.end(new VaultError("worker_failed", "it keeps failing"));
    this.session.set("starting");
    // The error reaches those who wait through `end`.
    this.open().catch(() => {});
  }

  #failAll(error: VaultError): void {
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.fail(error);
  }
}
