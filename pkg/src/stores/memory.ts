/**
 * `strongroom/stores/memory`: sessions in this process's memory. For development and tests: they end with the process,
 * and two processes do not share them.
 */
import { cursorAfter, positionOf } from "./cursor.ts";
import type { Position } from "./cursor.ts";
import { GRACE, PAGE, isLive } from "./store.ts";
import type { Change, Loaded, Page, SessionRow, Store } from "./store.ts";

export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/**
 * A store in memory. Says so once, since a production set-up would lose its sessions with every restart.
 *
 * @example
 * ```ts
 * import { memoryStore } from "strongroom/stores/memory";
 *
 * const store = memoryStore({ quiet: true });
 * ```
 */
export function memoryStore(options: { quiet?: boolean; now?: () => number } = {}): Store {
  if (!options.quiet) console.warn("strongroom: sessions are kept in memory and end with this process");
  return new MemoryStore(options.now ?? Date.now);
}

class MemoryStore implements Store {
  readonly #rows = new Map<string, SessionRow>();
  readonly #revokedBefore = new Map<string, number>();
  readonly #values = new Map<string, { value: string; until: number }>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  async now(): Promise<number> {
    return this.#clock();
  }

  async create(_shard: string, row: SessionRow, limit: number): Promise<void> {
    const now = this.#clock();
    for (const [family, other] of this.#rows) {
      if (other.absoluteExpiresAt + GRACE < now) this.#rows.delete(family);
    }
    if (this.#rows.has(row.family)) throw new Error("a session of this family exists");
    this.#rows.set(row.family, structuredClone(row));
    const live = [...this.#rows.values()].filter(
      (other) =>
        other.subject === row.subject && other.application === row.application && this.#live(other, now),
    );
    // Of several that were created in the same millisecond, the one just written counts as the newest.
    const age = (other: SessionRow) => (other.family === row.family ? -1 : 0);
    live.sort((a, b) => age(a) - age(b) || newestFirst(a, b));
    for (const old of live.slice(limit)) this.#end(old);
  }

  async load(_shard: string, family: string): Promise<Loaded | undefined> {
    const row = this.#rows.get(family);
    if (!row) return undefined;
    return { row: { ...structuredClone(row), revoked: this.#isRevoked(row) }, now: this.#clock() };
  }

  async cas(
    _shard: string,
    family: string,
    version: number,
    next: Change,
  ): Promise<{ ok: boolean; now: number }> {
    const row = this.#rows.get(family);
    const ok = row !== undefined && row.version === version && !this.#isRevoked(row);
    if (ok) Object.assign(row, structuredClone(next), { version: version + 1 });
    return { ok, now: this.#clock() };
  }

  async revoke(_shard: string, family: string): Promise<void> {
    const row = this.#rows.get(family);
    if (row) this.#end(row);
  }

  async revokeSubject(_shard: string, subject: string, before: number): Promise<void> {
    this.#mark(subject, before);
    for (const row of this.#rows.values()) {
      if (row.subject === subject && row.createdAt <= before) this.#end(row);
    }
  }

  async deleteSubject(_shard: string, subject: string): Promise<void> {
    this.#mark(subject, this.#clock());
    for (const [family, row] of this.#rows) if (row.subject === subject) this.#rows.delete(family);
  }

  async list(_shard: string, subject: string, cursor?: string): Promise<Page> {
    const now = this.#clock();
    const position = positionOf(cursor);
    const rest = [...this.#rows.values()]
      .filter((row) => row.subject === subject && this.#live(row, now) && newestFirst(position, row) < 0)
      .sort(newestFirst);
    const sessions = rest
      .slice(0, PAGE)
      .map(({ family, application, createdAt, idleExpiresAt, absoluteExpiresAt }) => {
        return { family, application, createdAt, idleExpiresAt, absoluteExpiresAt };
      });
    const last = sessions.at(-1);
    return rest.length > PAGE && last ? { sessions, cursor: cursorAfter(last) } : { sessions };
  }

  async putOnce(key: string, ttl: number): Promise<boolean> {
    // Nothing may be awaited between looking and putting.
    if (this.#value(key) !== undefined) return false;
    this.#keep(key, "", ttl);
    return true;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#value(key);
  }

  async put(key: string, value: string, ttl: number): Promise<void> {
    this.#keep(key, value, ttl);
  }

  #value(key: string): string | undefined {
    const entry = this.#values.get(key);
    return entry && entry.until > this.#clock() ? entry.value : undefined;
  }

  #keep(key: string, value: string, ttl: number): void {
    const now = this.#clock();
    for (const [other, { until }] of this.#values) if (until <= now) this.#values.delete(other);
    this.#values.set(key, { value, until: now + ttl * 1000 });
  }

  #mark(subject: string, before: number): void {
    this.#revokedBefore.set(subject, Math.max(before, this.#revokedBefore.get(subject) ?? -1));
  }

  #end(row: SessionRow): void {
    Object.assign(row, { revoked: true, sealed: null, lease: null, version: row.version + 1 });
  }

  #isRevoked(row: SessionRow): boolean {
    return row.revoked || row.createdAt <= (this.#revokedBefore.get(row.subject) ?? -1);
  }

  #live(row: SessionRow, now: number): boolean {
    return !this.#isRevoked(row) && isLive(row, now);
  }
}

function newestFirst(a: Position, b: Position): number {
  return b.createdAt - a.createdAt || (a.family < b.family ? 1 : a.family > b.family ? -1 : 0);
}
