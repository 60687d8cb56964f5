/**
 * `strongroom/stores/testing`: what every session store must do, as cases that any test runner can run. A store that
 * passes them keeps the endpoints' promises; the stores of this package pass them.
 */
import { Bench } from "./testing/bench.ts";
import { sessionCases } from "./testing/sessions.ts";
import { subjectCases } from "./testing/subjects.ts";
import { swapCases } from "./testing/swaps.ts";
import { textCases } from "./testing/texts.ts";
import { valueCases } from "./testing/values.ts";
import type { Store } from "./store.ts";

export { StoreFault } from "./testing/bench.ts";
export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "./store.ts";

/** One thing that a store must do. */
export interface StoreCase {
  /** A sentence. */
  readonly name: string;
  /** Throws `StoreFault` where the store does not do it, and whatever the store throws. */
  readonly run: () => Promise<void>;
}

/** How the cases are run. */
export interface StoreCaseOptions {
  /** How often each race is run. Default 20. */
  rounds?: number;
  /** How many take part in each race. Default 50. */
  racers?: number;
  /**
   * Makes all that the data keep until some time end so many milliseconds sooner, for cases that cannot wait a day; sessions need not
   * be changed. Without it those cases look only at what is so at once.
   */
  pass?: (milliseconds: number) => Promise<void>;
}

/**
 * The cases for the store that `open` gives. It is called several times: all the stores that it gives must lead to the
 * same data, better over connections of their own, since that is how isolates and processes meet. The data need not be
 * empty. Run the cases one after another, in any order; they take some seconds, most of it waiting for values to end.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { memoryStore } from "strongroom/stores/memory";
 * import { storeCases } from "strongroom/stores/testing";
 *
 * const store = memoryStore({ quiet: true });
 * for (const { name, run } of storeCases(() => store)) test(name, run);
 * ```
 */
export function storeCases(open: () => Store | Promise<Store>, options: StoreCaseOptions = {}): StoreCase[] {
  const bench = new Bench(open, options.rounds ?? 20, options.racers ?? 50, options.pass);
  const cases = { ...sessionCases, ...swapCases, ...subjectCases, ...valueCases, ...textCases };
  return Object.entries(cases).map(([name, run]) => ({ name, run: () => run(bench) }));
}
