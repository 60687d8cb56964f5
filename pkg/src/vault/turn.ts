/** How long a refresh waits for another tab's: a frozen tab may hold the lock for ever. */
const PATIENCE_MILLIS = 3000;

/**
 * Does the work while no other tab does work of this name, or once it has waited long enough. A courtesy: it spares the
 * endpoints refreshes that would answer each other. Nothing rests on it, so that a browser without locks, or a script
 * that keeps this one, costs a wait at most.
 */
export const inTurn = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  let done: Promise<T> | undefined;
  const once = () => (done ??= work());
  try {
    await navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MILLIS) }, once);
  } catch {
    // Not ours in time, or no locks here; or the work itself has failed, which is told below.
  }
  return once();
};
