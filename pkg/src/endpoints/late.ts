/** Waiting no longer than so long. */

/** What `within` gives where it took longer. */
export const LATE = Symbol("late");

/** The outcome of `work`, or `LATE` if it takes longer; it goes on all the same. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
