// Waiting for a page, and looking into it.

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What `answer` gives, or `otherwise` when it has had its time. That is counted in ticks and not by the clock, since a machine
 * that stood still has not waited. Runs in pages, too.
 */
export async function within(answer, milliseconds, otherwise) {
  let timer;
  const enough = new Promise((resolve) => {
    let left = milliseconds / 500;
    timer = setInterval(() => --left < 0 && resolve(otherwise), 500);
  });
  try {
    return await Promise.race([answer, enough]);
  } finally {
    clearInterval(timer);
  }
}

/** Whether `test` comes true in the page in time. A page on its way elsewhere answers nothing. */
export async function until(page, test, milliseconds = 20_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    if ((await page.evaluate(test).catch(() => false)) === true) return true;
    if (Date.now() > deadline) return false;
    await sleep(40);
  }
}

/** The same, as something that must be. */
export async function need(page, test, what) {
  if (await until(page, test, 40_000)) return;
  const seen = await page
    .evaluate(() => [location.href, document.body?.innerText, globalThis.app?.error])
    .catch(String);
  throw new Error(`never came true: ${what}; the page: ${JSON.stringify(seen)}`);
}

/** Everything the page's own thread holds, reachable by name or not. */
export async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  const chunks = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  // The strings come last; what stands before them are numbers.
  const text = chunks.join("");
  return text.slice(text.lastIndexOf('"strings":'));
}
