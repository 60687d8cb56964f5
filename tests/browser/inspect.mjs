// Chromium's debugger, for what no page can see or do.

/** Commands to the page's one worker, over the page's own connection. */
export const inspectWorker = async (page) => {
  const session = await page.native.context().newCDPSession(page.native);
  const attached = new Promise((resolve) => session.on("Target.attachedToTarget", resolve));
  await session.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const { sessionId } = await attached;
  const waiting = new Map();
  const chunks = [];
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, method, params, result } = JSON.parse(message);
    if (method === "HeapProfiler.addHeapSnapshotChunk") chunks.push(params.chunk);
    waiting.get(id)?.(result);
  });
  let last = 0;
  const send = async (method, params = {}) => {
    const id = ++last;
    const done = new Promise((resolve) => waiting.set(id, resolve));
    await session.send("Target.sendMessageToTarget", {
      sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return done;
  };
  /** Everything that lives after a collection, as one text. */
  const heap = async () => {
    chunks.length = 0;
    await send("HeapProfiler.enable");
    for (let i = 0; i < 3; i++) await send("HeapProfiler.collectGarbage");
    await send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    return chunks.join("");
  };
  return { send, heap };
};
