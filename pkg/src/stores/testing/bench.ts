/** The workbench of the conformance cases: stores on the same data, fresh subjects and rows, and plain assertions. */
import type { Change, Loaded, SessionRow, Store } from "../store.ts";

/** What a case is. */
export type Case = (bench: Bench) => Promise<void>;

/**
 * A store does not do what it must. The message says what was expected and what came instead.
 *
 * @example
 * ```ts
 * import { StoreFault, storeCases } from "strongroom/stores/testing";
 * import { memoryStore } from "strongroom/stores/memory";
 *
 * const [first] = storeCases(() => memoryStore({ quiet: true }));
 * await first?.run().catch((error) => console.log(error instanceof StoreFault ? error.message : error));
 * ```
 */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

const STORES = 4;
const DAY = 24 * 60 * 60 * 1000;

/** A subject of one case, with a shard of its own. */
export interface Subject {
  shard: string;
  subject: string;
}

/** What the cases share. */
export class Bench {
  readonly rounds: number;
  readonly racers: number;
  readonly #pass: ((milliseconds: number) => Promise<void>) | undefined;
  readonly #open: () => Store | Promise<Store>;
  #stores: Promise<[Store, ...Store[]]> | undefined;

  constructor(
    open: () => Store | Promise<Store>,
    rounds: number,
    racers: number,
    pass?: (milliseconds: number) => Promise<void>,
  ) {
    this.#open = open;
    this.#pass = pass;
    this.rounds = rounds;
    this.racers = racers;
  }

  /** Several stores on the same data. */
  async stores(): Promise<[Store, ...Store[]]> {
    this.#stores ??= (async () => {
      const first = await this.#open();
      const others = await Promise.all(Array.from({ length: STORES - 1 }, () => this.#open()));
      return [first, ...others];
    })();
    return this.#stores;
  }

  async store(): Promise<Store> {
    return (await this.stores())[0];
  }

  /** Ends the time of what is kept for so long, and lets the store clear it away. */
  async pass(milliseconds: number): Promise<void> {
    await this.#pass?.(milliseconds);
    await this.session(this.subject());
  }

  /** Runs `racer` as often as there are racers, at once and spread over the stores. */
  async race<T>(racer: (store: Store, index: number) => Promise<T>): Promise<T[]> {
    const stores = await this.stores();
    const racers = Array.from({ length: this.racers }, (_, index) => index);
    return Promise.all(racers.map((index) => racer(stores[index % stores.length] as Store, index)));
  }

  /** A subject nobody has heard of. `name` becomes part of it. */
  subject(name = ""): Subject {
    return { shard: unique(12), subject: `${unique(12)}${name}` };
  }

  /** A live session of the subject, not yet written. */
  async row({ shard, subject }: Subject, changes: Partial<SessionRow> = {}): Promise<SessionRow> {
    const now = await (await this.store()).now(shard);
    return {
      ...{ family: unique(22), subject, application: "app", version: 1, record: "record" },
      ...{ sealed: "sealed", lease: null, revoked: false },
      ...{ createdAt: now, idleExpiresAt: now + DAY, absoluteExpiresAt: now + 30 * DAY },
      ...changes,
    };
  }

  /** A session that has been written. */
  async session(subject: Subject, changes: Partial<SessionRow> = {}, limit = 200): Promise<SessionRow> {
    const row = await this.row(subject, changes);
    await (await this.store()).create(subject.shard, row, limit);
    return row;
  }

  /** The families of all pages. */
  async listed({ shard, subject }: Subject): Promise<string[]> {
    const store = await this.store();
    const families: string[] = [];
    for (let cursor: string | undefined, pages = 0; ; pages++) {
      check(pages < 100, "list: 100 pages and still a cursor; the last page must have none");
      const page = await store.list(shard, subject, cursor);
      families.push(...page.sessions.map(({ family }) => family));
      cursor = page.cursor;
      if (cursor === undefined) return families;
    }
  }

  /** Loads what must be there. */
  async load({ shard }: Subject, family: string, store?: Store): Promise<Loaded> {
    const loaded = await (store ?? (await this.store())).load(shard, family);
    if (!loaded) throw new StoreFault("load: a session that was created is not there");
    return loaded;
  }
}

/** The changeable part of a row, with changes. */
export function change(row: SessionRow, changes: Partial<Change>): Change {
  const { record, idleExpiresAt, sealed, lease, revoked } = row;
  return { record, idleExpiresAt, sealed, lease, revoked, ...changes };
}

/** Letters and digits that were never used before. */
export function unique(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte & 63]).join("");
}

/** Throws `StoreFault` unless it holds. */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new StoreFault(message);
}

/** Throws `StoreFault` unless both are the same JSON, whatever the order of their members. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [canonical(actual), canonical(expected)];
  if (found !== wanted) throw new StoreFault(`${what}: expected ${short(wanted)}, got ${short(found)}`);
}

/** Waits until values that live `seconds` have ended, by any clock that is not far off. */
export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function canonical(value: unknown): string {
  const sorted = (_: string, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  return JSON.stringify(value, sorted) ?? "undefined";
}

function short(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text;
}
