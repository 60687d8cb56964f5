/**
 * Verified tokens, for those that come again. Nothing is taken on trust: only the very same text is a hit, and on every hit all is
 * checked again that could have changed since: the time, and the key.
 */
import type { Verified } from "./types.ts";

/** The end of the signature is all that is hashed: 43 characters hold at least 256 of its bits. */
const TAIL = 43;

/** What a verified token's place in the cache depends on. */
export interface Facts {
  /** Which key of the verifier signed it. */
  readonly key: number;
  /** The first moment at which it passes, and the first after that, in milliseconds: from `nbf`, `iat`, `exp` and the policy. */
  readonly from: number;
  readonly until: number;
}

interface Entry extends Facts {
  readonly token: string;
  readonly tail: string;
  readonly verified: Verified;
  newer: Entry | undefined;
  older: Entry | undefined;
}

/** The keys that are held now. */
export interface HeldKeys {
  readonly ids: ReadonlySet<number>;
  /** They may not be served before and not from then on. */
  readonly serveFrom: number;
  readonly deadAt: number;
}

/** A bounded memory; the least recently used goes out. */
export class TokenCache {
  readonly #max: number;
  readonly #entries = new Map<string, Entry>();
  #newest: Entry | undefined;
  #oldest: Entry | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  /** What this token was found to be, if it would be found the same now. */
  find(token: string, now: number, keys: HeldKeys): Verified | undefined {
    const entry = this.#entries.get(token.slice(-TAIL));
    if (entry === undefined || entry.token !== token) return undefined;
    // Written so that a time that is no number passes nothing.
    const isInTime = now >= entry.from && now < entry.until;
    const isKeyServed = now >= keys.serveFrom && now < keys.deadAt && keys.ids.has(entry.key);
    if (!isInTime || !isKeyServed) return undefined;
    if (entry !== this.#newest) {
      this.#unlink(entry);
      this.#link(entry);
    }
    return entry.verified;
  }

  /** Whether it is remembered; not whether it still passes. */
  has(token: string): boolean {
    return this.#entries.get(token.slice(-TAIL))?.token === token;
  }

  /** Remembers a token that has just passed every check. */
  add(token: string, verified: Verified, { key, from, until }: Facts): void {
    const tail = token.slice(-TAIL);
    const known = this.#entries.get(tail);
    if (known) this.#remove(known);
    else if (this.#entries.size >= this.#max && this.#oldest) this.#remove(this.#oldest);
    const entry: Entry = { token, tail, verified, key, from, until, newer: undefined, older: undefined };
    this.#entries.set(tail, entry);
    this.#link(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.tail);
    this.#unlink(entry);
  }

  #link(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry): void {
    if (entry.newer) entry.newer.older = entry.older;
    else this.#newest = entry.older;
    if (entry.older) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
  }
}

/** Freezes a JSON value at every depth: what many callers share none of them may change. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  // Only into what is itself one: most members are texts, of which a list may have many.
  if (Array.isArray(value)) {
    for (const member of value) if (typeof member === "object") deepFreeze(member);
  } else {
    for (const name of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[name];
      if (typeof member === "object") deepFreeze(member);
    }
  }
  return Object.freeze(value);
}
