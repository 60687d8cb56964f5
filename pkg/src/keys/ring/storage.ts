/** Where a key ring is kept. */

/** What was stored, and the mark that it had then. */
export interface StoredRing {
  /** Sealed: neither the storage nor who reads it learns a key. A few kilobytes. */
  readonly value: string;
  /** Differs after every write. */
  readonly version: string | number;
}

/**
 * One durable value with compare-and-swap: a row of a database, a Durable Object, an object of a bucket with its ETag. Workers KV
 * will not do: of two isolates that rotate at once both would win. Either method may throw; signing goes on for a while.
 */
export interface KeyRingStorage {
  /** What is stored: never older than the last `write` that succeeded. */
  read(): Promise<StoredRing | undefined>;
  /**
   * Replaces what is stored if its version is still that one (`undefined`: if there is nothing). `false` if another was faster,
   * and then nothing has changed.
   */
  write(value: string, version: string | number | undefined): Promise<boolean>;
}

/**
 * A ring in this process's memory, for tests and development: its keys end with the process.
 *
 * ```ts
 * import { createKeyRing, memoryRingStorage } from "strongroom/keys";
 * const ring = createKeyRing({ storage: memoryRingStorage(), secrets: [secret] });
 * ```
 */
export function memoryRingStorage(): KeyRingStorage {
  let stored: { value: string; version: number } | undefined;
  return {
    read: async () => stored,
    async write(value, version) {
      if (stored?.version !== version) return false;
      stored = { value, version: (stored?.version ?? 0) + 1 };
      return true;
    },
  };
}
