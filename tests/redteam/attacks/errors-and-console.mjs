// A real attacker: listens to everything that error trackers listen to (uncaught errors, rejections, the console,
// stack traces) and makes the application fail in every way a request can fail.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  before: (redteam) => {
    Error.stackTraceLimit = 200;
    Error.prepareStackTrace = (error, frames) => {
      redteam.loot(frames.map((frame) => [frame.getFunctionName(), frame.getFileName()]));
      return String(error);
    };
    addEventListener("error", (event) => redteam.loot([event.message, event.filename, String(event.error)]));
    addEventListener("unhandledrejection", ({ reason }) => redteam.loot([String(reason), reason?.stack]));
  },
  after: async ({ api }, redteam) => {
    const { app } = globalThis;
    const failures = [
      () => app.call("/v1/refused"),
      () => app.call("/v1/redirect?to=https://evil.example.net/"),
      () => app.call("/v1/me", { signal: AbortSignal.abort() }),
      () => app.call("/v1/echo", { method: "POST", body: new ReadableStream(), duplex: "half" }),
      () => app.call("/v1/me", { method: "TRACE" }),
      () => app.call("/v1/me", { headers: { "bad header": "x" } }),
      () => app.call("/v1/me", { integrity: "sha256-AAAA" }),
      () => app.call(":1/".replace(":", `@${api}`)),
      () =>
        app.call("/v1/echo", {
          method: "POST",
          body: {
            toString: () => {
              throw new Error("mine");
            },
          },
        }),
    ];
    const caught = [];
    for (const fail of failures) {
      await fail().then(
        async (response) => caught.push([response.status, await response.text().catch(String)]),
        (error) => caught.push([error.name, error.message, error.stack, error.cause, JSON.stringify(error)]),
      );
      void fail().then((response) => response.text());
    }
    await redteam.wait(200);
    redteam.loot(caught);
    const rejected = redteam.looted.filter((text) => text.includes("Error")).length;
    return { failed: caught.filter(([, text]) => typeof text === "string").length, rejected };
  },
  reached: ({ brought: { failed, rejected } }) => failed >= 9 && rejected > 1,
};
